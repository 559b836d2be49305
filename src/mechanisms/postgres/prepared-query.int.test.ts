import { Client } from 'pg';
import { PreparedQuery } from './prepared-query';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

const NUMBERS = 'select n, n::text as text from generate_series(1, $1::int) n where 6 / n > $2::int';
const TWO = [
  { n: 1, text: '1' },
  { n: 2, text: '2' },
];

let test: TestDatabase;
let client: Client;
let descriptions: number;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());
beforeEach(async () => {
  client = new Client({ ...test.connection.app, pipeline: true });
  await client.connect();
  descriptions = 0;
  client.connection.on('rowDescription', () => void descriptions++);
});
afterEach(() => client.end());

function run(text: string, values: unknown[], name = 'numbers'): Promise<object[]> {
  const query = new PreparedQuery(name, text, values);
  client.query(query);
  return query.answer.catch((error: unknown) => {
    throw query.failureFor(error);
  });
}

it('asks once a connection what its rows are like', async () => {
  for (const values of [
    [2, 0],
    [0, 0],
    [2, 0],
  ])
    expect(await run(NUMBERS, values)).toEqual(TWO.slice(0, values[0]));
  expect(descriptions).toBe(1);
  for (let time = 0; time < 2; time++)
    expect(await run('select true as other', [], 'other')).toEqual([{ other: true }]);
  expect(descriptions).toBe(2);
});

it('gives each run rows of its own', async () => {
  const [first, second] = [await run(NUMBERS, [2, 0]), await run(NUMBERS, [2, 0])];
  for (const row of first) Object.assign(row, { text: 'changed' });
  expect(second).toEqual(TWO);
  expect(await run(NUMBERS, [2, 0])).toEqual(TWO);
});

it('need not have its answer before the next goes out', async () => {
  const runs = [run(NUMBERS, [2, 0]), run(NUMBERS, [1, 0]), run(NUMBERS, [2, 0])];
  expect(await Promise.all(runs)).toEqual([TWO, TWO.slice(0, 1), TWO]);
});

it('that failed can run again, whether its rows were known or not', async () => {
  for (let time = 0; time < 2; time++) {
    const failed = run('select 6 / $1::int as n', [0]);
    await expect(failed).rejects.toMatchObject({ code: '22012', stack: expect.stringContaining(__filename) });
    expect(await run('select 6 / $1::int as n', [2])).toEqual([{ n: 3 }]);
  }
  expect(descriptions).toBe(1);
});

it('may have no rows at all, which is asked once, too', async () => {
  let asked = 0;
  client.connection.on('noData', () => void asked++);
  for (let time = 0; time < 2; time++) expect(await run('set statement_timeout = 0', [])).toEqual([]);
  expect(asked).toBe(1);
});

it('whose values cannot be sent fails alone, and is still there for the next', async () => {
  const unsendable = { n: 1n }; // JSON knows no bigint
  for (let time = 0; time < 2; time++) {
    await expect(run(NUMBERS, [unsendable, 0])).rejects.toThrow('BigInt');
    expect(await run(NUMBERS, [2, 0])).toEqual(TWO);
  }
});
