import { createLogger } from '../../observability';
import type { Database } from '../../postgres';
import type { PlanNode, TestDatabase } from '../../postgres/testing';
import { createTestDatabase, explain, indexesOf, PLAN_ROWS, shortcomings } from '../../postgres/testing';
import type { EventStore } from '../event-store';
import { createPostgresEventStore } from '.';

jest.setTimeout(120_000);

let test: TestDatabase;
let store: EventStore;
let plans: PlanNode[];
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.query(
    `insert into events (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
     select 'stream-' || n / 4, n % 4, gen_random_uuid(), 'Type' || n % 30, 1, '{}', '{}', now() from generate_series(1, $1::int) as n`,
    [PLAN_ROWS],
  );
  await test.owner.query('analyze events'); // with the planner's own settings from here on
  const explaining: Database = {
    ...test.database,
    async prepared({ text }, values) {
      plans.push(...(await explain(test.database, text, values)));
      return [];
    },
  };
  let opened = false;
  const database: Database = {
    ...test.database,
    prepared: (statement, values) => (opened ? explaining : test.database).prepared(statement, values),
  };
  store = await createPostgresEventStore({ database, log: createLogger({ level: 'silent' }) });
  opened = true;
});
beforeEach(() => void (plans = []));
afterAll(async () => {
  await store.close();
  await test.drop();
});

const OF_LOG = { index: 'events_pkey', steps: ['Aggregate', 'Sort', 'Subquery Scan', 'Limit', 'Index Scan'] };
const OF_STREAM = { index: 'events_stream_id_version_key', steps: ['Index Scan'] };
it.each<[string, () => Promise<unknown>, typeof OF_LOG]>([
  ['from the beginning', () => store.readAll(0n, 1_000), OF_LOG],
  ['after a position', () => store.readAll(BigInt(PLAN_ROWS / 2), 51), OF_LOG],
  ['of a stream', () => store.readStream('stream-7'), OF_STREAM],
])(
  'events %s are read off an index, and no more are sorted than were wanted',
  async (_what, read, { index, steps }) => {
    await read();
    expect(indexesOf(plans)).toEqual([index]);
    expect(plans.map((node) => node['Node Type'])).toEqual(steps);
  },
);

it('the end of the log is read off the same index', async () => {
  await store.head();
  expect([indexesOf(plans), shortcomings(plans)]).toEqual([['events_pkey'], []]);
});
