import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createRequestQueries } from './loaders';
import type { RequestPage } from './loaders';
import { readTimeline } from './request-timeline.read-model';

jest.setTimeout(60_000);

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: Plan[];
}

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  // 100,000 requests of 50 accounts; few wait for a decision or failed, as in a house that works. With the planner's own settings from here on.
  await test.owner.query(`
    insert into request_view
    select 'req_' || n, 'stream-' || n, 'MOVIE', n, 'STANDARD',
           case when n % 1000 = 0 then 'PENDING_APPROVAL' when n % 500 = 1 then 'FAILED' when n % 20 = 2 then 'PROCESSING' else 'AVAILABLE' end,
           n % 20 = 2, 'LINKED', 'overseerr', 'usr_' || n % 50, array['usr_' || n % 50, 'usr_' || (n + 7) % 50],
           now() - n * interval '1 minute', now() - (n * 7919 % 100000) * interval '1 minute', now(), null, false, n, '{}'
    from generate_series(1, 100000) as n`);
  await test.owner.query(`
    insert into request_timeline select 'req_' || n % 20000, n, 'MediaRequestSubmitted', now(), '{}', '{}' from generate_series(1, 100000) as n`);
  await test.owner.query('analyze request_view, request_timeline');
});
afterAll(() => test.drop());

/** The plan of what is asked, node by node. */
async function planOf(ask: (queries: ReturnType<typeof createRequestQueries>) => Promise<unknown>): Promise<Plan[]> {
  const plans: Plan[] = [];
  const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
  const view = {
    async query(sql: string, values: readonly unknown[] = []) {
      const [row] = await test.database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `explain (format json) ${sql}`,
        values,
      );
      plans.push(...row!['QUERY PLAN'].flatMap(({ Plan: plan }) => nodesOf(plan)));
      return [];
    },
  };
  await ask(createRequestQueries(view));
  return plans;
}

const after = { at: new Date().toISOString(), requestId: 'req_5' };
const pages: Partial<RequestPage>[] = [
  {},
  { after },
  { mediaType: 'MOVIE' },
  { participantId: 'usr_7' },
  { participantId: 'usr_7', status: ['AVAILABLE'] },
  { status: ['PENDING_APPROVAL'] },
  { status: ['PENDING_APPROVAL'], after },
  { status: ['AVAILABLE', 'FAILED', 'PENDING_APPROVAL'] },
  { status: ['PROCESSING', 'FAILED'], after },
];
const orders = ['UPDATED_DESC', 'REQUESTED_DESC', 'REQUESTED_ASC'] as const;

it.each(orders.flatMap((orderBy) => pages.map((page) => ({ orderBy, ...page }))))(
  'a page of 100,000 requests, %j, is read off an index and sorts nothing',
  async (page) => {
    for (const ask of ['page', 'countedPage'] as const) {
      const plan = await planOf((queries) => queries[ask]({ limit: 51, ...page }));
      const types = plan.map((node) => node['Node Type']);
      expect(types).not.toContain('Sort');
      expect(types).not.toContain('Incremental Sort');
      if (ask === 'page') expect(types).not.toContain('Seq Scan');
      expect(plan.map((node) => node['Index Name']).join()).toContain('request_view_');
    }
  },
);

it('counts by status without counting requests', async () => {
  const plan = await planOf((queries) => queries.stats());
  expect(JSON.stringify(plan)).not.toContain('request_view');
});

// Some ten rows: whether they are sorted is the planner's choice.
it('a page of a timeline is read off its index', async () => {
  const plan: unknown[] = [];
  await readTimeline(
    {
      query: async (sql, values) => (plan.push(await test.database.query(`explain (format json) ${sql}`, values)), []),
    },
    { requestId: 'req_7', limit: 51, newest: 0n, after: 10n },
  );
  expect(JSON.stringify(plan)).toContain('request_timeline_pkey');
  expect(JSON.stringify(plan)).not.toContain('Seq Scan');
});
