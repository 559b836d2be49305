import { rowSet } from './row-set';
import { createTestDatabase } from './testing';
import type { TestDatabase } from './testing';

let test: TestDatabase;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());

const ALL = rowSet({
  label: 'text',
  at: 'timestamptz',
  tags: 'text[]',
  document: 'json',
  count: 'integer',
  position: 'bigint',
  done: 'boolean',
});

it('gives rows of every type, in their order', async () => {
  const rows = [
    { label: 'a "quoted" {one}', at: '2026-01-02T03:04:05.678Z', tags: ['x,y', '"', 'NULL'], position: 2n ** 62n },
    { label: null, at: null, tags: [], position: 0n },
  ].map((row, index) => ({ ...row, document: { of: ['{', '"'] }, count: index - 1, done: index === 0 }));
  expect(await test.database.query(ALL.select(), ALL.values(rows))).toEqual(
    rows.map(({ at, position, ...row }) => ({ ...row, at: at && new Date(at), position: position.toString() })),
  );
});

it('stands beside other parameters', async () => {
  const one = rowSet({ count: 'integer' });
  const sql = `select count + $1 as sum from (${one.select(2)}) as given`;
  expect(await test.database.query(sql, [10, ...one.values([{ count: 1 }, { count: 2 }])])).toEqual([
    { sum: 11 },
    { sum: 12 },
  ]);
});

it('sends many rows, some at a time as they are made, and others have their turn meanwhile', async () => {
  const one = rowSet({ count: 'integer' });
  const statement = { name: 'keep_counts', text: `insert into kept ${one.select()}` };
  const turns: number[] = [];
  const kept = await test.owner.transaction(async (tx) => {
    await tx.query('create temp table kept (count int) on commit drop');
    let sent = 0;
    setImmediate(() => turns.push(sent));
    const noting = { send: (...of: Parameters<typeof tx.send>) => void (tx.send(...of), (sent += 1)) };
    const sentBefore: number[] = [];
    function* counts() {
      for (let count = 0; count <= 200; count++) {
        sentBefore[count] = sent;
        yield { count };
      }
    }
    await one.send(noting, { statement }, counts());
    expect([sentBefore[0], sentBefore[200]]).toEqual([0, 1]);
    turns.push(sent);
    return tx.query('select count(*)::int, sum(count)::int from kept');
  });
  expect(kept).toEqual([{ count: 201, sum: 20_100 }]);
  expect(turns).toEqual([1, 3]);
});

it('sends nothing that stays when the server refuses some while the others are made', async () => {
  const one = rowSet({ count: 'integer' });
  await test.owner.query('create table refused (count int check (count <> 50))');
  const statement = { name: 'refuse_counts', text: `insert into refused ${one.select()}` };
  const counts = Array.from({ length: 1_000 }, (_, count) => ({ count }));
  const refused = test.owner.transaction((tx) => one.send(tx, { statement }, counts));
  await expect(refused).rejects.toMatchObject({ code: '23514' });
  expect(await test.owner.query('select from refused')).toEqual([]);
});

it('gives no rows', async () => {
  expect(await test.database.query(ALL.select(), ALL.values([]))).toEqual([]);
});
