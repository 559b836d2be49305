import { randomUUID } from 'node:crypto';
import { Overloaded } from '../errors';
import { until } from '../pubsub/testing';
import type { Cache, CacheScope, ReadOutcome } from '.';

/** A cache of a test: answers of an upstream are good for as long as the test says, and an old one is preferred after 50 ms. */
export interface CacheUnderTest {
  cache: Cache;
  outcomes: ReadOutcome[];
}
export const PATIENCE_MS = 50;
export const LONG = 3_600_000;

export const away = () => new Overloaded('away', new Date());

/** An upstream that answers `<id> <how often it was called>`, or what it is told to. */
export function createUpstream() {
  const calls: string[][] = [];
  let answer: () => Promise<unknown> = () => Promise.resolve();
  return {
    calls,
    /** Before its next answers: throws, waits. */
    does(what: () => Promise<unknown>) {
      answer = what;
    },
    async load(ids: readonly string[]): Promise<Map<string, string>> {
      calls.push([...ids]);
      const call = calls.length;
      await answer();
      return new Map(ids.map((id) => [id, `${id} ${call}`]));
    },
  };
}

export function describeCache(name: string, open: () => Promise<CacheUnderTest>): void {
  describe(name, () => {
    let cache: Cache;
    let outcomes: ReadOutcome[];
    let upstream: ReturnType<typeof createUpstream>;
    let plex: CacheScope;
    beforeEach(async () => {
      plex = { connection: 'plex', machine: randomUUID(), audience: 'PUBLIC' }; // the layers may outlive a test
      ({ cache, outcomes } = await open());
      upstream = createUpstream();
    });
    afterEach(() => cache.close());

    const many = (ids: string[], { scope = plex, ttlMs = LONG, tags = [] as string[] } = {}) =>
      cache.scope(scope).readMany({ kind: 'item', ids, ttlMs, tags, load: upstream.load });
    const one = async (id: string, options: Parameters<typeof many>[1] = {}) => (await many([id], options)).get(id);
    /** An answer whose time is over. */
    const outdated = async (id: string) => {
      await one(id, { ttlMs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    };

    it('asks once, and answers from then on', async () => {
      const before = new Date();
      expect(await one('a')).toMatchObject({ value: 'a 1', stale: false });
      const again = (await one('a')) as { value: string; observedAt: Date; stale: boolean };
      expect(again).toMatchObject({ value: 'a 1', stale: false });
      expect(again.observedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(upstream.calls).toEqual([['a']]);
      expect(outcomes).toEqual(['MISS', 'HIT']);
    });

    it('asks once for all who ask at the same time, and for each id once', async () => {
      const ends = await Promise.all([many(['a', 'b']), many(['b', 'c', 'b']), one('c')]);
      expect(upstream.calls).toEqual([['a', 'b'], ['c']]);
      expect(ends[1].get('b')).toMatchObject({ value: 'b 1' });
      expect(ends[2]).toMatchObject({ value: 'c 2' });
    });

    it('asks anew when the time of an answer is over', async () => {
      await outdated('a');
      expect(await one('a')).toMatchObject({ value: 'a 2', stale: false });
    });

    it('serves what is old while the upstream gives no answer, and says so; then what is new', async () => {
      await outdated('a');
      upstream.does(() => Promise.reject(away()));
      expect(await one('a')).toMatchObject({ value: 'a 1', stale: true });
      upstream.does(() => Promise.resolve());
      expect(await one('a')).toMatchObject({ value: 'a 3', stale: false });
      expect(outcomes).toEqual(['MISS', 'STALE', 'MISS']);
    });

    it('does not wait long for a new answer while it has an old one, and starts no second call meanwhile', async () => {
      await outdated('a');
      let answer = () => undefined as void;
      upstream.does(() => new Promise<void>((resolve) => (answer = resolve)));
      expect(await one('a')).toMatchObject({ value: 'a 1', stale: true });
      expect(await one('a')).toMatchObject({ value: 'a 1', stale: true });
      expect(upstream.calls).toHaveLength(2);
      answer();
      await until(async () => ((await one('a', { ttlMs: LONG })) as { value: string }).value === 'a 2');
    });

    it('waits for the first answer as long as it takes', async () => {
      upstream.does(() => new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS)));
      expect(await one('a')).toMatchObject({ value: 'a 1', stale: false });
    });

    it('hides no bug behind an old answer', async () => {
      await outdated('a');
      upstream.does(() => Promise.reject(new TypeError('a bug')));
      expect(await one('a')).toBeInstanceOf(TypeError);
    });

    it('fails all who wait for a load together, and only them', async () => {
      // Redis may tell the second later that it has nothing.
      upstream.does(() => new Promise((_, reject) => setTimeout(() => reject(away()), 4 * PATIENCE_MS)));
      const ends = await Promise.all([one('a'), one('a')]);
      expect(ends).toEqual([expect.any(Overloaded), expect.any(Overloaded)]);
      expect(upstream.calls).toHaveLength(1);
      upstream.does(() => Promise.resolve());
      expect(await one('a')).toMatchObject({ value: 'a 2' });
      expect(outcomes).toEqual(['FAILED', 'FAILED', 'MISS']);
    });

    it('remembers that something is not there; fails one id alone; keeps what came along', async () => {
      let calls = 0;
      const load = async (): Promise<Map<string, string | Error>> => {
        calls++;
        return new Map<string, string | Error>([
          ['here', 'yes'],
          ['sick', away()],
          ['along', 'too'],
        ]);
      };
      const read = (...ids: string[]) => cache.scope(plex).readMany({ kind: 'item', ids, ttlMs: LONG, load });
      const ends = await read('here', 'gone', 'sick');
      expect([ends.get('here'), ends.get('gone')]).toMatchObject([{ value: 'yes' }, { value: null, stale: false }]);
      expect(ends.get('sick')).toBeInstanceOf(Overloaded);
      expect([...ends.keys()]).toEqual(['here', 'gone', 'sick']);
      expect([...(await read('here', 'gone', 'along')).values()]).toMatchObject([
        { value: 'yes' },
        { value: null },
        { value: 'too' },
      ]);
      expect(calls).toBe(1);
    });

    it('asks anew for what a tag was forgotten of, and for nothing else; the old answer stays one of need', async () => {
      await one('a', { tags: ['section 1'] });
      await one('b', { tags: ['section 2'] });
      await cache.scope({ ...plex, machine: 'm2' }).forget(['section 1']);
      await one('a', { tags: ['section 1'] });
      expect(upstream.calls).toHaveLength(2);

      await cache.scope(plex).forget(['section 1']);
      upstream.does(() => Promise.reject(away()));
      expect(await one('a', { tags: ['section 1'] })).toMatchObject({ value: 'a 1', stale: true });
      upstream.does(() => Promise.resolve());
      expect(await one('a', { tags: ['section 1'] })).toMatchObject({ value: 'a 4', stale: false });
      expect(await one('b', { tags: ['section 2'] })).toMatchObject({ value: 'b 2' });
    });

    it('never shares a key between machines, connections, accounts, kinds, and what is for everybody', async () => {
      const scopes: CacheScope[] = [
        plex,
        { ...plex, machine: 'm2' },
        { ...plex, connection: 'plex2' },
        { ...plex, audience: { accountId: 'ben' } },
        { ...plex, audience: { accountId: 'PUBLIC' } },
        { ...plex, connection: `plex","${plex.machine}`, machine: '' },
      ];
      for (const scope of scopes) await one('a', { scope });
      await cache
        .scope(plex)
        .read({ kind: 'other', id: 'a', ttlMs: LONG, load: () => upstream.load(['a']).then(() => '') });
      expect(upstream.calls).toHaveLength(scopes.length + 1);
      expect(await one('a', { scope: scopes[3]! })).toMatchObject({ value: 'a 4' });
    });

    it('takes any text as an id', async () => {
      for (const id of ['', 'a:b', '"', 'é', '\ud800', '\0', 'x'.repeat(500)]) {
        expect(await one(id)).toMatchObject({ stale: false });
        expect(await one(id)).toMatchObject({ stale: false });
      }
      expect(upstream.calls).toHaveLength(7);
    });
  });
}
