import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createTurns } from './turns';

const RELEASE_MS = 60_000;
let test: TestDatabase;
beforeAll(async () => (test = await createTestDatabase()));
afterAll(() => test.drop());

it('gives the first now, and the others one after the other, also when many ask at once', async () => {
  const { take } = createTurns({ database: test.database, releaseMs: RELEASE_MS });
  const turns = await Promise.all(Array.from({ length: 10 }, () => take('overseerr')));
  expect(turns.filter((turn) => turn === null)).toHaveLength(1);
  const later = turns.flatMap((turn) => turn?.getTime() ?? []).sort((a, b) => a - b);
  expect(later.map((at) => at - (later[0] ?? 0))).toEqual(later.map((_at, place) => place * RELEASE_MS));
  expect(await take('another')).toBeNull();
});

it('keeps none for who came late', async () => {
  await test.database.query(`update handover_turn set next_at = now() - interval '1 hour'`);
  const { take } = createTurns({ database: test.database, releaseMs: RELEASE_MS });
  expect([await take('overseerr'), await take('overseerr')]).toEqual([null, expect.any(Date)]);
});
