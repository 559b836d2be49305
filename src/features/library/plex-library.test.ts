import { createCache } from '../../mechanisms/cache';
import type { Cache } from '../../mechanisms/cache';
import { UpstreamUnavailable } from '../../mechanisms/errors';
import type { PlexClient, PlexItem, PlexPage, PlexRange } from '../../upstreams/plex';
import { readRange, readToEnd } from './plex-list';
import type { ItemList } from './plex-library';
import { createPlexLibrary } from './plex-library';

const film = (key: number): PlexItem =>
  ({
    ratingKey: String(key),
    kind: 'MOVIE',
    title: `Film ${key}`,
    sectionId: null,
    collections: [],
  }) as unknown as PlexItem;
const FILMS: ItemList = { sectionId: '1', type: 'MOVIE', sort: 'TITLE', search: '' };

let cache: Cache;
beforeEach(() => {
  cache = createCache({ clock: () => new Date() });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance', 'queueMicrotask'] });
});
afterEach(async () => {
  jest.useRealTimers();
  await cache.close();
});

function open(plex: Partial<PlexClient>, machine = 'one') {
  return createPlexLibrary({
    plex: plex as PlexClient,
    cache: cache.scope({ connection: 'plex', machine, audience: 'PUBLIC' }),
    reach: (work) => work(),
    toldAs: (error) => error,
    once: (_name, work) => work(),
  });
}

it('asks anew for the lists of a section that tells of a change, and of no other', async () => {
  let changes = 7;
  const asked: string[] = [];
  const library = open({
    sections: async () =>
      ['1', '2'].map((id) => ({ id, title: id, type: 'MOVIE', changes: id === '1' ? changes : null })),
    async items({ sectionId }) {
      asked.push(sectionId);
      jest.advanceTimersByTime(1); // an answer takes its time
      return { items: [film(1)], total: 1, next: null };
    },
  });
  const look = async () => {
    jest.advanceTimersByTime(61_000);
    await library.sections();
    await library.chunk(FILMS, 0);
    await library.chunk({ ...FILMS, sectionId: '2' }, 0);
  };
  await look();
  await look();
  expect(asked).toEqual(['1', '2']);
  changes = 8;
  await look();
  await look();
  expect(asked).toEqual(['1', '2', '1']);
});

describe('a list of Plex', () => {
  /** Numbers from 0, of which it answers no more than `most` at a time. */
  const listOf = (total: number, most: number, calls: PlexRange[] = []) => {
    return async (range: PlexRange): Promise<PlexPage<number>> => {
      calls.push(range);
      const end = Math.min(total, range.skip + Math.min(range.take, most));
      const items = Array.from({ length: Math.max(0, end - range.skip) }, (_, at) => range.skip + at);
      return { items, total, next: end < total ? end : null };
    };
  };

  it('is read in as many calls as it makes of a part', async () => {
    const calls: PlexRange[] = [];
    const { items, next } = await readRange(listOf(1_000, 20, calls), { skip: 50, take: 50 });
    expect([items[0], items.length, next, calls.length]).toEqual([50, 50, 100, 3]);
    expect(await readRange(listOf(60, 500), { skip: 50, take: 50 })).toMatchObject({ total: 60, next: null });
  });

  it('is read to its end, and not for ever', async () => {
    expect(await readToEnd(listOf(1_234, 500))).toHaveLength(1_234);
    const endless = async ({ skip }: PlexRange) => ({ items: [skip], total: 1, next: skip + 1 });
    await expect(readToEnd(endless)).rejects.toBeInstanceOf(UpstreamUnavailable);
    const standing = async () => ({ items: [1], total: 100, next: 50 });
    expect((await readRange(standing, { skip: 50, take: 50 })).items).toEqual([1]);
  });
});
