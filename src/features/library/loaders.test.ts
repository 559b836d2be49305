import { createLogger } from '../../mechanisms/observability';
import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import type { OverseerrClient, UpstreamTitle } from '../../upstreams/overseerr';
import { createTitleLoaders, remembering } from './loaders';
import { createAvailabilitySync } from './poller';
import type { KnownTitle } from './title';
import { titleKey } from './title';
import type { SeenAvailability, TitleCache } from './title-cache.read-model';

const now = new Date('2026-05-01T10:00:00.000Z');
const upstreamTitle = (tmdbId: number, change: Partial<UpstreamTitle> = {}): UpstreamTitle => ({
  type: 'MOVIE',
  tmdbId,
  title: `Film ${tmdbId}`,
  year: 2000,
  overview: null,
  posterPath: null,
  media: null,
  ...change,
});
const down = () =>
  Promise.reject(new UpstreamFailure('down', { upstream: 'overseerr', failure: 'UNREACHABLE', certainty: 'NOT_SENT' }));

/** A service with these pages of titles, and a memory of what was told of it. */
function setUp({ pages = [] as UpstreamTitle[][], usable = true } = {}) {
  const told = new Map<string, KnownTitle>();
  const sweeps: { seen: readonly SeenAvailability[]; at: Date }[] = [];
  const calls: string[] = [];
  const cache: TitleCache = {
    read: (ids) =>
      Promise.resolve(
        new Map(ids.flatMap((id) => (told.has(titleKey(id)) ? [[titleKey(id), told.get(titleKey(id))!]] : []))),
      ),
    search: (text, { skip, limit }) =>
      Promise.resolve([...told.values()].filter(({ title }) => title?.includes(text)).slice(skip, skip + limit)),
    remember: (titles) => Promise.resolve(titles.forEach((one) => told.set(titleKey(one), one))),
    replaceAvailability: (seen, at) => Promise.resolve(void sweeps.push({ seen, at })),
  };
  const overseerr = {
    search: (query: string, page: number) => {
      calls.push(`search ${query} ${page}`);
      const totalResults = pages.length * 20; // people and collections count too
      return Promise.resolve({ titles: pages[page - 1] ?? [], page, totalPages: pages.length, totalResults });
    },
    title: (_: string, tmdbId: number) => (calls.push(`title ${tmdbId}`), Promise.resolve(upstreamTitle(tmdbId))),
  } as unknown as OverseerrClient;
  const log = createLogger({ level: 'silent' });
  const heard: OverseerrClient = {
    search: (...args) => overseerr.search(...args),
    title: (...args) => remembering({ overseerr, cache, clock: () => now, log }).title(...args),
  } as OverseerrClient;
  const loaders = createTitleLoaders({
    overseerr: heard,
    cache,
    isUsable: () => Promise.resolve(usable),
    clock: () => now,
  });
  return { loaders, overseerr, cache, told, sweeps, calls };
}
const page = (...ids: number[]) => ids.map((id) => upstreamTitle(id));
const idsOf = ({ titles }: { titles: KnownTitle[] }) => titles.map(({ tmdbId }) => tmdbId);

describe('searching', () => {
  it('answers fresh titles and remembers them', async () => {
    const { loaders, told } = setUp({ pages: [page(1, 2)] });
    const found = await loaders.search({ query: 'Film', first: 20, skip: 0 });
    expect([idsOf(found), found.total, found.hasMore, found.fresh]).toEqual([[1, 2], 20, false, true]);
    expect([...told.keys()]).toEqual(['movie:1', 'movie:2']);
    expect(told.get('movie:1')).toMatchObject({ availability: 'NOT_AVAILABLE', observedAt: now });
  });

  it('goes on over pages that are half empty, no further than needed', async () => {
    const { loaders, calls } = setUp({ pages: [page(1), [], page(2, 3), page(4)] });
    const found = await loaders.search({ query: 'Film', first: 2, skip: 0 });
    expect([idsOf(found), found.hasMore]).toEqual([[1, 2], true]);
    expect(calls).toEqual(['search Film 1', 'search Film 2', 'search Film 3']);
    expect(idsOf(await loaders.search({ query: 'Film', first: 2, skip: 2 }))).toEqual([3, 4]);
    expect(await loaders.search({ query: 'Film', first: 2, skip: 4 })).toMatchObject({ titles: [], hasMore: false });
  });

  it('does not read on for ever, whatever the service says of how many there are', async () => {
    const { loaders, calls } = setUp({ pages: Array.from({ length: 10_000 }, () => []) });
    await loaders.search({ query: 'Film', first: 2, skip: 0 });
    expect(calls).toHaveLength(30);
  });

  it('of one kind only', async () => {
    const { loaders } = setUp({ pages: [[upstreamTitle(1, { type: 'TV' }), upstreamTitle(2)]] });
    expect(idsOf(await loaders.search({ query: 'Film', first: 5, skip: 0, type: 'MOVIE' }))).toEqual([2]);
  });

  it('answers from memory while the service is away, and says so', async () => {
    const { loaders, overseerr } = setUp({ pages: [page(1, 2, 3)] });
    await loaders.search({ query: 'Film', first: 20, skip: 0 });
    overseerr.search = down;
    const found = await loaders.search({ query: 'Film', first: 2, skip: 0 });
    expect([idsOf(found), found.total, found.hasMore, found.fresh]).toEqual([[1, 2], null, true, false]);
  });

  it('does not even ask a service that is known to be away', async () => {
    const { loaders, calls } = setUp({ pages: [page(1)], usable: false });
    expect(await loaders.search({ query: 'Film', first: 2, skip: 0 })).toMatchObject({ titles: [], fresh: false });
    expect(calls).toEqual([]);
  });

  it('takes an empty answer for an outage there when memory knows more', async () => {
    const { loaders, cache } = setUp({ pages: [[]] });
    expect(await loaders.search({ query: 'Film', first: 2, skip: 0 })).toMatchObject({ titles: [], fresh: true });
    await cache.remember([
      { ...upstreamTitle(7), availability: 'AVAILABLE', availability4k: 'UNKNOWN', plexUrl: null, observedAt: now },
    ]);
    const found = await loaders.search({ query: 'Film', first: 2, skip: 0 });
    expect([idsOf(found), found.fresh]).toEqual([[7], false]);
  });
});

describe('one title', () => {
  it('comes from the service, from memory while it is away, and is null when nobody knows it', async () => {
    const { loaders, overseerr } = setUp();
    expect(await loaders.remembered({ type: 'MOVIE', tmdbId: 5 })).toBeNull();
    expect(await loaders.title({ type: 'MOVIE', tmdbId: 5 })).toMatchObject({ title: 'Film 5' });
    overseerr.title = down;
    expect(await loaders.title({ type: 'MOVIE', tmdbId: 5 })).toMatchObject({ title: 'Film 5' });
    expect(await loaders.title({ type: 'MOVIE', tmdbId: 6 })).toBeNull();
  });

  it('of a number that is none is refused; a bug is no outage', async () => {
    const { loaders, overseerr } = setUp();
    await expect(loaders.title({ type: 'MOVIE', tmdbId: 0 })).rejects.toBeInstanceOf(InvalidInput);
    overseerr.title = () => Promise.reject(new TypeError('bug'));
    await expect(loaders.title({ type: 'MOVIE', tmdbId: 5 })).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a client that remembers', () => {
  const log = createLogger({ level: 'silent' });

  it('answers everything else as before, also where an absent service refuses whatever it is asked', async () => {
    const { cache, told } = setUp();
    const refusesAll = new Proxy({} as OverseerrClient, { get: () => () => Promise.reject(new Error('absent')) });
    const overseerr = remembering({ overseerr: refusesAll, cache, clock: () => now, log });
    await expect(overseerr.search('Film', 1)).rejects.toThrow('absent');
    await expect(overseerr.availability(0, 1)).rejects.toThrow('absent');
    await expect(overseerr.title('MOVIE', 1)).rejects.toThrow('absent');
    expect(told.size).toBe(0);
  });
});

describe('the availability sweep', () => {
  const row = (tmdbId: number, status: string) => ({ type: 'MOVIE', tmdbId, status, status4k: 'UNKNOWN' });

  it('reads all pages, then replaces at once, as of its beginning', async () => {
    const { overseerr, cache, sweeps } = setUp();
    const rows = [
      ...Array.from({ length: 1_500 }, (_, n) => row(n + 1, 'AVAILABLE')),
      row(1, 'PROCESSING'),
      row(2_000, 'DELETED'),
    ];
    overseerr.availability = ((skip: number, take: number) =>
      Promise.resolve({ media: rows.slice(skip, skip + take), total: rows.length })) as never;
    let ticks = 0;
    await createAvailabilitySync({ overseerr, cache, clock: () => new Date(now.getTime() + 1_000 * ticks++) })();
    expect(sweeps).toHaveLength(1);
    expect(sweeps[0]?.at).toEqual(now);
    const seen = new Map(sweeps[0]?.seen.map((one) => [one.tmdbId, one.availability]));
    expect([seen.size, seen.get(1), seen.get(2), seen.get(2_000)]).toEqual([
      1_501,
      'PROCESSING',
      'AVAILABLE',
      'NOT_AVAILABLE',
    ]);
  });

  it('that breaks off changes nothing', async () => {
    const { overseerr, cache, sweeps } = setUp();
    overseerr.availability = ((skip: number) =>
      skip === 0 ? Promise.resolve({ media: [row(1, 'AVAILABLE')], total: 5_000 }) : down()) as never;
    await expect(createAvailabilitySync({ overseerr, cache, clock: () => now })()).rejects.toThrow('down');
    expect(sweeps).toEqual([]);
  });
});
