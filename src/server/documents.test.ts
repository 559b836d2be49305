import { parse } from 'graphql';
import { createDocuments } from './documents';

const document = parse('{ a }');
const sized = (length: number, n: number) => `${n}`.padEnd(length);

function keepAll(texts: string[]) {
  const documents = createDocuments();
  for (const text of texts) documents.keep({ text, hash: '', document });
  return { documents, kept: () => texts.filter((text) => documents.known(text)).length };
}

it('keeps what was asked for last, up to a size of all together', () => {
  const texts = Array.from({ length: 20 }, (_, n) => sized(16 * 1024, n));
  const { documents, kept } = keepAll(texts.slice(0, 15));
  expect(documents.known(texts[0]!)).toBeDefined();
  for (const text of texts.slice(15)) documents.keep({ text, hash: '', document });
  expect(documents.known(texts[0]!)).toBeDefined();
  expect(documents.known(texts[1]!)).toBeUndefined();
  expect(kept()).toBe(10);
});

it('keeps no more of the shortest than fit in memory: what is found out of each is large', () => {
  const { kept } = keepAll(Array.from({ length: 20_000 }, (_, n) => sized(8, n)));
  expect(kept()).toBe(Math.floor((256 * 1024) / (8 + 64)));
});

it('does not keep a text that would push out many others', () => {
  const long = sized(16 * 1024 + 1, 0);
  const { documents } = keepAll(['{ a }', long]);
  expect(documents.known(long)).toBeUndefined();
  expect(documents.known('{ a }')).toBeDefined();
});
