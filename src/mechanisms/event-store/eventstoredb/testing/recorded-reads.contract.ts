import { excludeSystemEvents } from '@eventstore/db-client';
import { until } from '../../fixtures.contract';
import type { Rows } from './recorded.contract';
import { all, event, failureOf, fresh, stored, unary } from './recorded.contract';

/** Section 3, and what section 1 says of races. */
export const recordedReads: Rows = [
  [
    '1: 40 at once: all with any, one with no_stream',
    async (client) => {
      const [loose, exact] = [fresh(), fresh()];
      const forty = Array.from({ length: 40 });
      await Promise.all(forty.map(() => client.appendToStream(loose, event(), { ...unary, expectedRevision: 'any' })));
      const racing = forty.map(() =>
        client.appendToStream(exact, event(), { ...unary, expectedRevision: 'no_stream' }),
      );
      const outcomes = await Promise.allSettled(racing);
      expect(await stored(client, loose)).toHaveLength(40);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    },
  ],
  [
    '3: a position is inclusive for readAll, exclusive for a subscription',
    async (client) => {
      const [a, b] = [event(), event()];
      const { position } = await client.appendToStream(fresh(), a, unary);
      await client.appendToStream(fresh(), b, unary);
      const found = await all(client.readAll({ fromPosition: position! }));
      expect(found.map((one) => one.event?.id)).toEqual([a.id, b.id]);
      const subscription = client.subscribeToAll({ fromPosition: position! });
      for await (const one of subscription) {
        expect(one.event?.id).toBe(b.id);
        break;
      }
      await subscription.unsubscribe();
    },
  ],
  [
    '3: inside of a record is an error of code 2; beyond the end is silence, then life',
    async (client) => {
      await client.appendToStream(fresh(), event(), unary);
      const { position } = await client.appendToStream(fresh(), event(), unary);
      const at = (place: bigint) => ({ fromPosition: { commit: place, prepare: place } });
      const inside = await failureOf(all(client.readAll(at(position!.commit - 3n))));
      expect(inside).toMatchObject({ type: 'unknown', code: 2 });
      expect(await all(client.readAll(at(position!.commit + 1n)))).toEqual([]); // but not of the last one
      expect(await all(client.readAll(at(position!.commit + 1_000_000n)))).toEqual([]);
      const heard: unknown[] = [];
      const subscription = client
        .subscribeToAll(at(position!.commit + 1_000_000n))
        .on('data', (one) => heard.push(one));
      await new Promise((resolve) => subscription.once('caughtUp', () => resolve(undefined)));
      await client.appendToStream(fresh(), event(), unary);
      await client.appendToStream(fresh(), event(undefined, 1_000_000), unary);
      await client.appendToStream(fresh(), event(), unary);
      await until(() => heard.length > 0);
      expect(heard).toHaveLength(1); // what came before that position was skipped
      await subscription.unsubscribe();
    },
  ],
  [
    '3: the server’s own events are left out by the filter; checkpoints come every 32 scanned',
    async (client, double) => {
      double.log.writeStatistics(70);
      await client.appendToStream(fresh(), event(), unary);
      const places: bigint[] = [];
      const types: (string | undefined)[] = [];
      const checkpointReached = (_: unknown, { commit }: { commit: bigint }) =>
        Promise.resolve(void places.push(commit));
      const filter = excludeSystemEvents({ checkpointInterval: 1, checkpointReached });
      const subscription = client.subscribeToAll({ fromPosition: 'start', filter });
      subscription.on('data', (one: { event?: { type: string } }) => types.push(one.event?.type));
      await new Promise((resolve) => subscription.once('caughtUp', () => resolve(undefined)));
      expect(types.filter((type) => type?.startsWith('$'))).toEqual([]);
      expect(places.length).toBe(Math.floor(double.log.records().length / 32));
      await subscription.unsubscribe();
    },
  ],
  [
    '3: a burst of 500 ends a live subscription, with an error and nothing else; after the last position nothing is missing',
    async (client) => {
      const stream = fresh();
      const seen: string[] = [];
      const ends: string[] = [];
      let last = 'end' as 'end' | { commit: bigint; prepare: bigint };
      let error: (Error & { code?: number }) | undefined;
      const follow = () => {
        const subscription = client.subscribeToAll({ fromPosition: last, filter: excludeSystemEvents() });
        subscription.on('data', (one) => {
          seen.push(one.event!.id);
          last = one.event!.position;
        });
        subscription.on('error', (failure) => (error = failure));
        subscription.on('end', () => ends.push('end')).on('close', () => ends.push('close'));
        return subscription;
      };
      const first = follow();
      await new Promise((resolve) => first.once('caughtUp', () => resolve(undefined)));
      const begin = await client.appendToStream(stream, event(), unary);
      await until(() => seen.length === 1);
      let revision = begin.nextExpectedRevision;
      let appended = 1;
      // Where the server is slower than we are, a burst may come through.
      for (let bursts = 0; error === undefined && bursts < 20; bursts++) {
        const burst = Array.from({ length: 500 }, () => event());
        const answer = await client.appendToStream(stream, burst, { ...unary, expectedRevision: revision });
        revision = answer.nextExpectedRevision;
        appended += burst.length;
        await until(() => error !== undefined || seen.length === appended);
      }
      expect(error).toMatchObject({ type: 'timeout', code: 10 });
      expect(error?.message).toContain('Consumer too slow to handle event while live. Client resubscription required.');
      expect(ends).toEqual([]);
      const second = follow();
      await until(() => seen.length >= appended);
      expect(seen).toEqual(await stored(client, stream));
      await second.unsubscribe();
    },
  ],
];
