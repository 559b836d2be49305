import { queryString } from './query-string';

describe('queryString', () => {
  it('encodes strictly: a space is %20, and the signs that encodeURIComponent leaves raw are encoded too', () => {
    expect(queryString({ query: "(lab)!* 'é+:/&=" })).toBe('?query=%28lab%29%21%2A%20%27%C3%A9%2B%3A%2F%26%3D');
  });

  it('leaves undefined values out, and the question mark with them', () => {
    expect(queryString({ page: 1, query: undefined, deep: false })).toBe('?page=1&deep=false');
    expect(queryString({ query: undefined })).toBe('');
    expect(queryString()).toBe('');
  });

  it('survives half a surrogate pair, and leaves whole ones alone', () => {
    expect(queryString({ q: 'a\uD800' })).toBe('?q=a%EF%BF%BD');
    expect(queryString({ q: '😀' })).toBe('?q=%F0%9F%98%80');
  });
});
