import { createTestDatabase } from './testing';
import type { TestDatabase } from './testing';
import { binaryArray, plainArray, quotedArray } from './array-parameters';

let test: TestDatabase;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());

const TEXTS = ['', 'plain', '{"a": "quoted \\" and , and {}"}', 'NULL', 'ä€😀', '"'];

it('gives the server the texts as they are', async () => {
  const sql = 'SELECT $1::text[] AS texts, $2::int[] AS numbers';
  const [row] = await test.database.query(sql, [binaryArray('text', TEXTS), plainArray([3, -1, 2])]);
  expect(row).toEqual({ texts: TEXTS, numbers: [3, -1, 2] });
});

it('gives JSON to the letter', async () => {
  const documents = TEXTS.map((text) => `{ "of":  ${JSON.stringify(text)} }`);
  const [row] = await test.database.query('SELECT $1::json[]::text[] AS texts', [binaryArray('json', documents)]);
  expect(row).toEqual({ texts: documents });
});

it('gives nulls among texts', async () => {
  const texts = [null, 'null', '', null];
  const [row] = await test.database.query('SELECT $1::text[] AS texts', [binaryArray('text', texts)]);
  expect(row).toEqual({ texts });
});

it('gives an array within one', async () => {
  const lists = [TEXTS, [], ['\\"', 'a\nb']];
  const sql = 'SELECT list::text[] FROM unnest($1::text[]) AS list';
  const rows = await test.database.query(sql, [binaryArray('text', lists.map(quotedArray))]);
  expect(rows).toEqual(lists.map((list) => ({ list })));
});

it('gives no array of nothing for an empty one', async () => {
  const [row] = await test.database.query('SELECT cardinality($1::text[]) AS size', [binaryArray('text', [])]);
  expect(row).toEqual({ size: 0 });
});
