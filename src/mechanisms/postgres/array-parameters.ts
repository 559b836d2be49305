/** PostgreSQL's numbers of the types. */
export const TYPES = { json: 114, text: 25 } as const;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

const NULL_SIZE = -1;

/**
 * An array of texts as PostgreSQL's binary form: nothing is quoted here and nothing unquoted there, which is a fifth of what the server does for an
 * event that comes with others.
 */
export function binaryArray(type: keyof typeof TYPES, texts: readonly (string | null)[]): Buffer {
  const sizes = texts.map((text) => (text === null ? NULL_SIZE : Buffer.byteLength(text)));
  const buffer = Buffer.allocUnsafe(
    HEADER_BYTES + sizes.reduce((sum, size) => sum + LENGTH_BYTES + Math.max(size, 0), 0),
  );
  let at = 0;
  // One dimension, perhaps with nulls, of this type, so many, counted from 1.
  for (const word of [1, 1, TYPES[type], texts.length, 1]) at = buffer.writeInt32BE(word, at);
  for (const [n, text] of texts.entries()) {
    at = buffer.writeInt32BE(sizes[n]!, at);
    if (text !== null) at += buffer.write(text, at);
  }
  return buffer;
}

/** Of what needs no quotes: numbers, truths, UUIDs, NULL. */
export function plainArray(values: readonly (number | bigint | boolean | string)[]): string {
  return `{${values.join(',')}}`;
}

/** Of texts, quoted: an array within one. */
export function quotedArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
