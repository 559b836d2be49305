import type { AppendToStreamOptions, EventData, EventStoreDBClient } from '@eventstore/db-client';
import { until } from '../../fixtures.contract';
import type { Rows } from './recorded.contract';
import { all, event, failureOf, fresh, stored, unary } from './recorded.contract';

type Revision = AppendToStreamOptions['expectedRevision'];

/** Sections 1 and 2, both ways of appending. */
export const recordedAppends: Rows = (['unary', 'batch'] as const).flatMap((way): Rows => {
  const options = way === 'unary' ? unary : {};
  // eslint-disable-next-line max-params -- as a row says it: to this stream, these events, under this revision
  const append = (client: EventStoreDBClient, stream: string, events: EventData[], expectedRevision: Revision) =>
    client.appendToStream(stream, events, { ...options, expectedRevision });
  return [
    [
      `1: success, versions from 0, created is a date (${way})`,
      async (client) => {
        const stream = fresh();
        const answer = await append(client, stream, [event(), event()], 'no_stream');
        expect(answer).toEqual({ success: true, nextExpectedRevision: 1n, position: expect.anything() as unknown });
        const [first, second] = await all(client.readStream(stream));
        expect([first?.event?.revision, second?.event?.revision]).toEqual([0n, 1n]);
        expect(second?.event?.position).toEqual(answer.position);
        expect(answer.position?.commit).toBe(answer.position?.prepare);
        expect(Math.abs(first!.event!.created.getTime() - Date.now())).toBeLessThan(60_000);
        expect(first?.event?.metadata).toEqual({ kept: true });
      },
    ],
    [
      `1: a wrong version has no code and no message (${way})`,
      async (client) => {
        const stream = fresh();
        await append(client, stream, [event()], 'no_stream');
        const wrong = { type: 'wrong-expected-version', code: undefined, message: '', streamName: stream };
        const attempts: [string, Revision, unknown][] = [
          [stream, 'no_stream', 0n],
          [stream, 5n, 0n],
          [fresh(), 0n, 'no_stream'],
          [fresh(), 'stream_exists', 'no_stream'],
        ];
        for (const [name, expectedVersion, actualVersion] of attempts) {
          const failure = await failureOf(append(client, name, [event()], expectedVersion));
          expect(failure).toMatchObject({ ...wrong, streamName: name, expectedVersion, actualVersion });
        }
      },
    ],
    [
      `1: more than 1,048,576 bytes in one call, and the client goes on (${way})`,
      async (client) => {
        const big = [event(undefined, 600_000), event(undefined, 600_000)];
        const failure = await failureOf(append(client, fresh(), big, 'no_stream'));
        expect(failure).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
        expect(failure.code).toBe(way === 'unary' ? 3 : undefined);
        await append(client, fresh(), [event(undefined, 1_048_565)], 'no_stream');
      },
    ],
    [
      `1: an append of nothing succeeds and makes no stream (${way})`,
      async (client) => {
        const stream = fresh();
        expect(await append(client, stream, [], 'no_stream')).toMatchObject({
          success: true,
          nextExpectedRevision: 0n,
        });
        expect(await failureOf(stored(client, stream))).toMatchObject({ type: 'stream-not-found' });
      },
    ],
    [
      `2: same ids, same exact revision: the first answer, also later (${way})`,
      async (client) => {
        const stream = fresh();
        const [first, second] = [[event(), event()], [event()]];
        const answers = [await append(client, stream, first, 'no_stream'), await append(client, stream, second, 1n)];
        await append(client, stream, [event()], 2n);
        expect(await append(client, stream, first, 'no_stream')).toEqual(answers[0]);
        expect(await append(client, stream, second, 1n)).toEqual(answers[1]);
        expect(await stored(client, stream)).toHaveLength(4);
      },
    ],
    [
      `2: same ids, any or stream_exists, one after the other: the first answer (${way})`,
      async (client) => {
        const stream = fresh();
        const events = [event()];
        const answer = await append(client, stream, events, 'any');
        expect(await append(client, stream, events, 'any')).toEqual(answer);
        expect(await append(client, stream, events, 'stream_exists')).toEqual(answer);
      },
    ],
    [
      `2: a stale revision is wrong, the current one stores again (${way})`,
      async (client) => {
        const stream = fresh();
        const [a, b] = [event(), event()];
        await append(client, stream, [a, b], 'no_stream');
        expect(await failureOf(append(client, stream, [a], 0n))).toMatchObject({ actualVersion: 1n });
        await append(client, stream, [a], 1n);
        expect(await stored(client, stream)).toEqual([a.id, b.id, a.id]);
      },
    ],
    [
      `2: one id twice in one append: both stored (${way})`,
      async (client) => {
        const stream = fresh();
        const twice = event();
        await append(client, stream, [twice, twice], 'no_stream');
        expect(await stored(client, stream)).toEqual([twice.id, twice.id]);
      },
    ],
    [
      `2: with any, [new, known] are both stored, [known, new] is wrong (${way})`,
      async (client) => {
        const stream = fresh();
        const known = event();
        await append(client, stream, [known], 'any');
        expect(await failureOf(append(client, stream, [known, event()], 'any'))).toMatchObject({ actualVersion: 0n });
        await append(client, stream, [event(), known], 'any');
        expect(await stored(client, stream)).toHaveLength(3);
      },
    ],
    [
      `2: in another stream a known id is stored again, once with no_stream (${way})`,
      async (client) => {
        const [one, another, third] = [fresh(), fresh(), fresh()];
        const events = [event()];
        await append(client, one, events, 'any');
        await append(client, another, events, 'any');
        await append(client, third, events, 'no_stream');
        await append(client, third, events, 'no_stream');
        for (const stream of [one, another, third]) expect(await stored(client, stream)).toHaveLength(1);
      },
    ],
    [
      `2: after a restart any stores again, no_stream does not (${way})`,
      async (client, double) => {
        const [loose, exact] = [fresh(), fresh()];
        const events = [event()];
        await append(client, loose, events, 'any');
        await append(client, exact, events, 'no_stream');
        await double.kill();
        await double.start();
        await until(() => client.appendToStream(fresh(), event(), unary).then(() => true, () => false)); // prettier-ignore
        await until(() => append(client, loose, events, 'any').then(() => true, () => false)); // prettier-ignore
        await append(client, exact, events, 'no_stream');
        expect(await stored(client, loose)).toHaveLength(2);
        expect(await stored(client, exact)).toHaveLength(1);
      },
    ],
  ];
});
