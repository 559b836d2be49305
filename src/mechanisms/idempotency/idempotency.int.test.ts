import { IdempotencyKeyReused } from '../errors';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import type { IdempotencyClaim } from '.';
import { createIdempotencyKeys } from '.';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const claim = (change: Partial<IdempotencyClaim> = {}) =>
  createIdempotencyKeys(test.database).claim({
    actorId: 'ben',
    mutation: 'requestMedia',
    key: 'k1',
    body: { tmdbId: 603 },
    ...change,
  });

it('lets the same input pass as often as it comes, also at once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => claim()));
  await claim();
});

it('refuses another input for ever, and keeps the first', async () => {
  await claim();
  await expect(claim({ body: { tmdbId: 604 } })).rejects.toBeInstanceOf(IdempotencyKeyReused);
  await expect(claim({ body: { tmdbId: 604 } })).rejects.toBeInstanceOf(IdempotencyKeyReused);
  await claim();
});

it('keeps the keys of accounts and of mutations apart', async () => {
  await claim();
  await claim({ actorId: 'cleo', body: { tmdbId: 604 } });
  await claim({ mutation: 'leaveRequest', body: { requestId: 'r1' } });
});

it('lets one of two inputs win when both come at once', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => claim({ key: 'race', body: { tmdbId: n % 2 } })),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});
