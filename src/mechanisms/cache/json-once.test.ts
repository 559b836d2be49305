import { createJsonOnce } from './json-once';

const text = (n: number): string => JSON.stringify({ n, filling: 'x'.repeat(80) });

it('gives the value of a text, the same one each time', () => {
  const json = createJsonOnce();
  const value = json.deserialize<{ n: number }>(json.serialize({ n: 1, deep: [{ a: null }] }));
  expect(value).toEqual({ n: 1, deep: [{ a: null }] });
  expect(json.deserialize(`{"n":1,"deep":[{"a":null}]}`)).toBe(value);
  expect(json.deserialize('null')).toBeNull();
});

it('keeps what is read, and forgets what is not', () => {
  const json = createJsonOnce(1_000);
  const [read, unread] = [json.deserialize(text(0)), json.deserialize(text(1))];
  for (let n = 2; n < 40; n += 1) {
    json.deserialize(text(n));
    expect(json.deserialize(text(0))).toBe(read);
  }
  expect(json.deserialize(text(1))).not.toBe(unread);
});
