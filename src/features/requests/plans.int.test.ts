import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import {
  createTestDatabase,
  indexesOf,
  keptPlansOf,
  PLAN_ROWS,
  plansOf,
  shortcomings,
} from '../../mechanisms/postgres/testing';
import { createOpenRequestLoader, createQueueLoader, createRequestLoader, createRequestQueries } from './loaders';
import type { RequestPage } from './loaders';
import { mediaRequestCodecs } from './media-request/event-codecs';
import * as facts from './media-request/testing';
import { readTimeline } from './request-timeline.read-model';
import { createRequestViewProjection } from './request-view.read-model';

jest.setTimeout(120_000);

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  // Requests of 50 accounts; few wait for a decision or failed, as in a house that works. With the planner's own settings from here on.
  await test.owner.query(
    `insert into request_view
     select 'req_' || n, 'stream-' || n, 'MOVIE', n, 'STANDARD',
            case when n % 1000 = 0 then 'PENDING_APPROVAL' when n % 500 = 1 then 'FAILED' when n % 20 = 2 then 'PROCESSING' else 'AVAILABLE' end,
            n % 20 = 2, 'LINKED', 'overseerr', 'usr_' || n % 50, array['usr_' || n % 50, 'usr_' || (n + 7) % 50],
            now() - n * interval '1 minute', now() - (n::bigint * 7919 % $1) * interval '1 minute', now(), null, false, n, '{}'
     from generate_series(1, $1::int) as n`,
    [PLAN_ROWS],
  );
  await test.owner.query(
    `insert into request_timeline
     select 'req_' || n % ($1 / 5), n, 'MediaRequestSubmitted', now(), '{}', '{}' from generate_series(1, $1::int) as n`,
    [PLAN_ROWS],
  );
  await test.owner.query('analyze request_view, request_timeline');
});
afterAll(() => test.drop());

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
  'a page of many requests, %j, is read off an index and sorts nothing',
  async (page) => {
    for (const ask of ['page', 'countedPage'] as const) {
      const plans = await plansOf(test.database, (view) => createRequestQueries(view)[ask]({ limit: 51, ...page }));
      const lacks = shortcomings(plans);
      // Who counts some of many may find it cheaper to read them all.
      expect(ask === 'page' ? lacks : lacks.filter((type) => type !== 'Seq Scan')).toEqual([]);
      expect(indexesOf(plans).join()).toContain('request_view_');
    }
  },
);

it('counts by status without counting requests', async () => {
  const plans = await plansOf(test.database, (view) => createRequestQueries(view).stats());
  expect(JSON.stringify(plans)).not.toContain('request_view');
});

it('counts doubles without reading the others', async () => {
  const plans = await plansOf(test.database, (view) => createRequestQueries(view).duplicates());
  expect([indexesOf(plans), shortcomings(plans)]).toEqual([['request_view_duplicates'], []]);
});

it('requests by their ids, and those of titles, are found by an index', async () => {
  const byId = await plansOf(test.database, (view) => createRequestLoader(view)().load('req_7'));
  expect([indexesOf(byId), shortcomings(byId)]).toEqual([['request_view_pkey'], []]);
  const ofTitles = await plansOf(test.database, (view) => {
    const loader = createOpenRequestLoader(view)();
    return Promise.all([7, 8].map((tmdbId) => loader.load({ mediaType: 'MOVIE', tmdbId, quality: 'STANDARD' })));
  });
  expect([indexesOf(ofTitles), shortcomings(ofTitles)]).toEqual([['request_view_title'], []]);
});

it('how many go before requests that wait is counted in the index of those that wait', async () => {
  const waiting = facts.after(facts.asked());
  const plans = await plansOf(test.database, (view) => {
    const loader = createQueueLoader(view)();
    return Promise.all(['req_1', 'req_2'].map((requestId) => loader.load({ ...waiting, requestId })));
  });
  expect([indexesOf(plans), shortcomings(plans)]).toEqual([['request_view_waiting'], []]);
});

// Some ten rows: whether they are sorted is the planner's choice.
it('a page of a timeline is read off its index', async () => {
  const plans = await plansOf(test.database, (view) =>
    readTimeline(view, { requestId: 'req_7', limit: 51, newest: 0n, after: 10n }),
  );
  expect(indexesOf(plans)).toEqual(['request_timeline_pkey']);
  expect(shortcomings(plans)).not.toContain('Seq Scan');
});

it('what connections plan once, in a house where nothing was asked for yet, reads no whole table later', async () => {
  const empty = await createTestDatabase();
  const { project } = createRequestViewProjection(createEventCodecs(mediaRequestCodecs));
  const events = recorded(facts.asked(), facts.STREAM) as StoredEvent[];
  try {
    const kept = await Promise.all([
      keptPlansOf(empty.database, (view) => createRequestLoader(view)().load('req_7')),
      keptPlansOf(empty.database, (view) => createQueueLoader(view)().load(facts.after(facts.asked()))),
      keptPlansOf(empty.database, (view) => readTimeline(view, { requestId: 'req_7', limit: 51, newest: 0n })),
      keptPlansOf(empty.database, async (tx) => {
        await project(events, tx);
        await expect(project(events.slice(1), tx)).rejects.toThrow('unknown request'); // it looked, and was answered with nothing
      }),
    ]);
    expect(kept.map((plans) => [indexesOf(plans), shortcomings(plans).includes('Seq Scan')])).toEqual([
      [['request_view_pkey'], false],
      [['request_view_waiting'], false],
      [['request_timeline_pkey'], false],
      [['request_view_pkey'], false],
    ]);
  } finally {
    await empty.drop();
  }
});
