import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase, indexesOf, PLAN_ROWS, plansOf, shortcomings } from '../postgres/testing';
import type { PageQuery } from './feed-pages';
import { newestPosition, readNewest, readPage } from './feed-pages';

jest.setTimeout(120_000);

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.query(
    `insert into change_feed
     select case when n % 10 = 0 then 'service-view' else 'request-view' end, n, k, case k when 0 then 'request' else 'handover' end,
            array['req_' || n % 1000, 'usr_' || n % 50], '{}', now()
     from generate_series(1, $1::int / 2) as n cross join generate_series(0, 1) as k`,
    [PLAN_ROWS],
  );
  await test.owner.query('analyze change_feed'); // with the planner's own settings from here on
});
afterAll(() => test.drop());

/** As a client that missed ten thousand changes. */
const after = BigInt(PLAN_ROWS / 2 - 5_000);
const planOf = (wanted: Partial<PageQuery>) =>
  plansOf(test.database, (database) => readPage(database, { projection: 'request-view', after, ...wanted }));

it.each<[string, Partial<PageQuery>]>([
  ['of all', {}],
  ['of one kind', { kind: 'request' }],
  ['of all to a position', { upTo: after + 1_000n }],
  ['of all from the beginning', { after: 0n }],
])('a page of the feed, %s, is read off its index', async (_what, wanted) => {
  const plans = await planOf(wanted);
  expect(indexesOf(plans)).toEqual(['change_feed_pkey']);
  // The index has the order of positions; the two or three rows of one are put in theirs.
  expect(shortcomings(plans).filter((type) => type !== 'Incremental Sort')).toEqual([]);
});

it('the newest rows are read off it as well', async () => {
  const plans = await plansOf(test.database, ({ query }) =>
    readNewest({ prepared: ({ text }, values) => query(text, values) }, { projection: 'request-view', after }),
  );
  expect(indexesOf(plans)).toEqual(['change_feed_pkey']);
});

it('what concerns some subjects is found among what is newer, by the same index', async () => {
  const plans = await planOf({ kind: 'request', subjects: ['req_7'] });
  expect(indexesOf(plans)).toEqual(['change_feed_pkey']);
  expect(shortcomings(plans)).not.toContain('Seq Scan'); // the few that it finds may be sorted
});

it('its newest position is read off the same index', async () => {
  const plans = await plansOf(test.database, async (database) => {
    await newestPosition(database, 'request-view');
  });
  expect(indexesOf(plans)[0]).toBe('change_feed_pkey');
});
