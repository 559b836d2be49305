import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import {
  createHandoverQueries,
  createOpenRequestLoader,
  createQueueLoader,
  createRequestLoader,
  createRequestQueries,
} from './loaders';
import type { RequestPage } from './loaders';
import { mediaRequestCodecs } from './media-request/event-codecs';
import type { MediaRequestEvent } from './media-request/events';
import * as facts from './media-request/testing';
import { at, CLEO, CONNECTION, film, iso, MATRIX, of, STREAM } from './media-request/testing';
import { createRequestViewProjection } from './request-view.read-model';

const codecs = createEventCodecs(mediaRequestCodecs);
let test: TestDatabase;
let queries: ReturnType<typeof createRequestQueries>;
let handovers: ReturnType<typeof createHandoverQueries>;
beforeAll(async () => {
  test = await createTestDatabase();
  queries = createRequestQueries(test.database);
  handovers = createHandoverQueries(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.owner.query('truncate request_view, request_stats'));

type Facts = Parameters<typeof facts.after>[0];

/** The view after the facts. */
const project = (past: Facts) =>
  test.database.transaction((tx) =>
    createRequestViewProjection(codecs).project(recorded<MediaRequestEvent>(past, STREAM) as StoredEvent[], tx),
  );

describe('lists', () => {
  // Three at the very same second: the id decides. Updated in another order than asked for.
  const many = [
    ...film(605, 3, { requesterId: CLEO }),
    ...film(601, 1),
    ...film(602, 2),
    ...film(603, 2),
    ...film(604, 2),
    of(601, facts.joined(), 9),
  ];
  const ids = async (page: Partial<RequestPage>) =>
    (await queries.page({ orderBy: 'UPDATED_DESC', limit: 100, ...page })).map(({ state }) => state.tmdbId);

  it.each([
    ['UPDATED_DESC', [601, 605, 604, 603, 602]],
    ['REQUESTED_DESC', [605, 604, 603, 602, 601]],
    ['REQUESTED_ASC', [601, 602, 603, 604, 605]],
  ] as const)('in the order %s, whole and page by page', async (orderBy, expected) => {
    await project(many);
    expect(await ids({ orderBy })).toEqual(expected);
    for (const limit of [1, 2, 3]) {
      const seen: number[] = [];
      for (let after: RequestPage['after']; ;) {
        const rows = await queries.page({ orderBy, limit, ...(after ? { after } : {}) });
        const last = rows.at(-1)?.state;
        if (!last) break;
        seen.push(...rows.map(({ state }) => state.tmdbId));
        after = { at: orderBy === 'UPDATED_DESC' ? last.updatedAt : last.requestedAt, requestId: last.requestId };
      }
      expect(seen).toEqual(expected);
    }
  });

  it('filtered, and counted the same', async () => {
    await project([
      ...many,
      ...film(700, 4, { mediaType: 'TV' }),
      of(602, facts.attempted(1), 10),
      of(602, facts.created(1), 11),
    ]);
    const filters: [Partial<RequestPage>, number[]][] = [
      [{ status: ['PROCESSING'] }, [602]],
      [{ status: ['PROCESSING', 'PROCESSING'] }, [602]],
      [{ status: ['PROCESSING', 'AVAILABLE'], mediaType: 'MOVIE' }, [602]],
      [{ mediaType: 'TV' }, [700]],
      [{ participantId: CLEO }, [601, 605]],
      [{ participantId: CLEO, status: ['PROCESSING'] }, []],
      [{ status: [] }, []],
    ];
    for (const [filter, expected] of filters) {
      expect(await ids(filter)).toEqual(expected);
      const { rows, total } = await queries.countedPage({ orderBy: 'UPDATED_DESC', limit: 1, ...filter });
      expect([total, rows.map(({ state }) => state.tmdbId)]).toEqual([expected.length, expected.slice(0, 1)]);
    }
    expect(await queries.countedPage({ orderBy: 'UPDATED_DESC', limit: 1 })).toMatchObject({ total: 6 });
    const beyond = { at: iso(0), requestId: 'a' };
    expect(await queries.countedPage({ orderBy: 'UPDATED_DESC', limit: 1, after: beyond })).toEqual({
      rows: [],
      total: 6,
    });
  });
});

describe('look-ups in one batch', () => {
  it('by id', async () => {
    await project([...film(601, 1), ...film(602, 2)]);
    const loader = createRequestLoader(test.database)();
    const found = await Promise.all(['req_602', 'req_9', 'req_601'].map((id) => loader.load(id)));
    expect(found.map((row) => row?.state.requestId)).toEqual(['req_602', undefined, 'req_601']);
  });

  it('the open request of a title, in its quality', async () => {
    const again = [facts.submitted({ requestId: 'req_2', requesterId: CLEO })];
    const fourK = [facts.submitted({ requestId: 'req_3', tmdbId: 604, quality: 'UHD_4K' })];
    await project([...facts.asked(), facts.attempted(1), facts.rejected(1, 'INVALID'), ...again, ...fourK]);
    const loader = createOpenRequestLoader(test.database)();
    const load = async (change: Partial<Parameters<typeof loader.load>[0]>) =>
      (await loader.load({ ...MATRIX, ...change }))?.state.requestId;
    expect(
      await Promise.all([
        load({}),
        load({ quality: 'UHD_4K' }),
        load({ tmdbId: 604 }),
        load({ tmdbId: 604, quality: 'UHD_4K' }),
      ]),
    ).toEqual(['req_2', undefined, undefined, 'req_3']);
  });
});

describe('what the saga asks', () => {
  const waiting = [
    ...film(601, 1),
    ...film(602, 2),
    ...film(603, 2),
    ...film(604, 3),
    of(601, facts.attempted(1, { leaseUntil: iso(15) }), 4),
    of(602, facts.attempted(1), 4),
    of(602, facts.deferred(1, 'UNKNOWN', { retryAt: iso(60) }), 5),
    of(603, facts.attempted(1), 4),
    of(603, facts.created(1), 5),
  ];
  const due = async (seconds: number, connectionId?: string) =>
    (await handovers.dueHandovers({ now: at(seconds), ...(connectionId ? { connectionId } : {}) })).map(
      ({ state }) => state.tmdbId,
    );

  it('who waits before me', async () => {
    await project(waiting);
    const before = async (...ids: number[]) => {
      const rows = await Promise.all(ids.map((id) => handovers.byId(`req_${id}`)));
      const loader = createQueueLoader(test.database)();
      return Promise.all(rows.map((row) => loader.load(row!.state)));
    };
    expect(await before(604, 601, 602)).toEqual([2, 0, 1]);
    await project([...film(605, 9), ...film(606, 9)]);
    expect(await before(605, 606)).toEqual([3, 4]); // of the same moment: by id, as they are released
  });

  it('whose time has come, in the order they were queued', async () => {
    await project(waiting);
    expect(await due(2)).toEqual([]);
    expect(await due(14)).toEqual([604]);
    expect(await due(15)).toEqual([601, 604]);
    expect(await due(60)).toEqual([601, 602, 604]);
    expect(await due(0, CONNECTION)).toEqual([601, 602, 604]);
    expect(await due(0, 'another')).toEqual([]);
  });

  it('what is handed over and not settled', async () => {
    await project([
      ...waiting,
      of(604, facts.attempted(1), 6),
      of(604, facts.created(1), 7),
      of(601, facts.created(1), 8),
      of(601, facts.available(), 9),
    ]);
    expect((await handovers.linked(CONNECTION)).map(({ state }) => state.tmdbId)).toEqual([604, 603]);
    expect(await handovers.linked('another')).toEqual([]);
  });

  it('how many titles are doubled there', async () => {
    await project([...waiting, of(603, facts.doubled(), 8)]);
    expect(await queries.duplicates()).toBe(1);
    await project([...film(606, 1), of(606, facts.doubled(), 8), of(606, facts.single(), 9)]);
    expect(await queries.duplicates()).toBe(1);
    await project([...film(607, 1), of(607, facts.doubled(), 8), of(607, facts.available(), 9)]);
    expect(await queries.duplicates()).toBe(1); // of one that is there already nobody need care
  });
});
