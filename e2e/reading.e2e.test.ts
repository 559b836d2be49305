import {
  DashboardDocument,
  EventsDocument,
  RequestAsOfDocument,
  RequestDocument,
  RequestMediaDocument,
  RequestStatsDocument,
} from '../sdk';
import { createHouse } from './testing';
import type { Person } from './testing';
import { until } from './watching';

const house = createHouse();
let ben: Person;
let cleo: Person;
let olga: Person;

beforeAll(async () => {
  const server = await house.start();
  ({ ben, cleo, olga } = await server.signIn());
});
afterAll(() => house.leave());

it('a request is shown as it was, the whole is counted, and a page agrees with its count', async () => {
  const { requestMedia } = await cleo.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 335984 } },
  });
  const id = requestMedia.request?.id ?? '';
  const atLeast = requestMedia.position;
  const request = await until('the film', async () => {
    const { request: now } = await cleo.execute(RequestDocument, { id, atLeast });
    return now?.status === 'AVAILABLE' ? now : undefined;
  });
  const asOf = async (person: Person, at: string) =>
    (await person.execute(RequestAsOfDocument, { id, at })).requestAsOf;
  const [first] = request.timeline.nodes;
  expect(await asOf(cleo, new Date(Date.parse(first!.at) - 1).toISOString())).toBeNull();
  const then = await asOf(cleo, first!.at);
  expect(then).toMatchObject({ id, status: 'APPROVED', timeline: { totalCount: then?.timeline.nodes.length } });
  expect(then!.timeline.nodes.map(({ type }) => type)).not.toContain('MediaBecameAvailable');
  expect(await asOf(cleo, request.updatedAt)).toMatchObject({ status: 'AVAILABLE' });
  expect(await asOf(ben, request.updatedAt)).toMatchObject({ status: 'AVAILABLE', timeline: { totalCount: 0 } });

  const { requestStats } = await ben.execute(RequestStatsDocument, { atLeast });
  const { byStatus } = requestStats;
  expect(byStatus.find(({ status }) => status === 'AVAILABLE')?.count).toBeGreaterThanOrEqual(1);
  expect(byStatus.reduce((sum, { count }) => sum + count, 0)).toBe(requestStats.total);
  expect(await ben.execute(DashboardDocument, { requests: 1, atLeast })).toMatchObject({
    requestStats: { byStatus },
    services: { summary: { up: expect.any(Number), down: 0 } },
    requests: { nodes: [{ id, requester: null }] },
  });
});

it('the log is read by an admin, page by page, and by nobody else', async () => {
  const types = ['MediaRequestSubmitted', 'HandoverAttempted'];
  const page = (after?: string | null) =>
    olga.execute(EventsDocument, { first: 1, types, ...(after && { after }) }).then(({ events }) => events);
  const submitted = await page();
  const { position } = submitted.nodes[0]!;
  expect(submitted).toMatchObject({
    nodes: [{ type: 'MediaRequestSubmitted', actor: { name: 'Cleo' }, data: { tmdbId: 335984 } }],
    pageInfo: { hasNextPage: true, endCursor: position },
  });
  const attempted = await until('the attempt', async () => (await page(position)).nodes[0]);
  expect(attempted).toMatchObject({ type: 'HandoverAttempted', streamId: submitted.nodes[0]!.streamId });
  expect(attempted.data).toHaveProperty('attemptNo', 1);
  expect(attempted.data).not.toHaveProperty('upstreamUserRef');
  for (const person of [ben, cleo]) {
    await expect(person.execute(EventsDocument, { first: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  const wrong = [{ first: 101 }, { types: ['Nonsense'] }, { after: 'p1.pg0000.1' }];
  const codes = await Promise.all(
    wrong.map((variables) => olga.execute(EventsDocument, variables).catch((error: { code: string }) => error.code)),
  );
  expect(codes).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'POSITION_EXPIRED']);
});
