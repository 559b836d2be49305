export type Query = Record<string, string | number | boolean | undefined>;

/** encodeURIComponent leaves these raw, and strict servers refuse them. */
const RESERVED = /[!'()*]/g;
/** Half a surrogate pair has no UTF-8 form: encodeURIComponent would throw at what a user typed. */
const LONE_SURROGATE = /\p{Cs}/gu;

const encode = (text: string): string =>
  encodeURIComponent(text.replace(LONE_SURROGATE, '\uFFFD')).replace(
    RESERVED,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `?a=b&c=d`, or nothing: strictly RFC 3986, a space is `%20` and never `+`. Undefined values are left out. */
export function queryString(query: Query = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encode(key)}=${encode(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
