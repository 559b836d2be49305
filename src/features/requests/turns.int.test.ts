import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createTurns } from './turns';

const RELEASE_MS = 60_000;
let test: TestDatabase;
beforeAll(async () => (test = await createTestDatabase()));
afterAll(() => test.drop());

const takeTurns = (releaseMs = RELEASE_MS) => createTurns({ database: test.database, releaseMs });
const fresh = { given: false };
const back = { given: true };
/** Who may begin is null. */
const inOrder = (turns: (Date | null)[]) => turns.map((turn) => turn?.getTime() ?? 0).sort((a, b) => a - b);

it('lets the first begin, and gives the others one turn after the other, also when many ask at once', async () => {
  const { take } = takeTurns();
  const turns = inOrder(await Promise.all(Array.from({ length: 10 }, () => take('overseerr', fresh))));
  const [begun, ...later] = turns;
  expect(begun).toBe(0);
  expect(later.map((at) => at - (later[0] ?? 0))).toEqual(later.map((_at, place) => place * RELEASE_MS));
  expect(await take('another', fresh)).toBeNull();
});

it('keeps no turn that passed without anybody', async () => {
  await test.database.query(`update handover_turn set next_at = now() - interval '1 hour', free_at = now()`);
  const { take } = takeTurns();
  expect([await take('overseerr', fresh), await take('overseerr', fresh)]).toEqual([null, expect.any(Date)]);
});

it('lets begin who comes late with its turn when few begin, whoever else has still to come', async () => {
  const { take } = takeTurns();
  await Promise.all(Array.from({ length: 5 }, () => take('slow', fresh)));
  await test.database.query(`update handover_turn set free_at = now() where connection_id = 'slow'`);
  expect(await take('slow', fresh)).toEqual(expect.any(Date));
  expect(await take('slow', back)).toBeNull();
});

it('gives turns anew to those who come late all at once, but for a second of them', async () => {
  const { take } = takeTurns(400);
  const begunUntil = (at: string) =>
    test.database.query(`update handover_turn set free_at = ${at} where connection_id = 'away'`);
  await take('away', fresh);
  await begunUntil(`now() + interval '1 hour'`);
  const [first, second] = [await take('away', back), await take('away', back)];
  expect(first!.getTime()).toBeGreaterThan(Date.now() + 1_800_000);
  expect(second!.getTime() - first!.getTime()).toBe(400);
  await begunUntil('now()');
  const turns = await Promise.all(Array.from({ length: 20 }, () => take('away', back)));
  // Those of a second, and one more for each 400 ms that this takes.
  const begun = turns.filter((turn) => turn === null).length;
  expect(begun).toBeGreaterThanOrEqual(3);
  expect(begun).toBeLessThan(20);
});
