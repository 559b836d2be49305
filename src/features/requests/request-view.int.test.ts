import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { readRebuild, requestRebuild } from '../../mechanisms/projections';
import { fact, useProjectionBench } from '../../mechanisms/projections/testing';
import { until } from '../../mechanisms/pubsub/testing';
import { createHandoverQueries } from './loaders';
import { mediaRequestCodecs } from './media-request/event-codecs';
import type { MediaRequestEvent } from './media-request/events';
import * as facts from './media-request/testing';
import { BEN, CLEO, film, of, STREAM, then } from './media-request/testing';
import { createRequestTimelineProjection, countTimeline, readTimeline } from './request-timeline.read-model';
import { createRequestViewProjection, REQUEST_VIEW } from './request-view.read-model';

const codecs = createEventCodecs(mediaRequestCodecs);
let test: TestDatabase;
let queries: ReturnType<typeof createHandoverQueries>;
beforeAll(async () => {
  test = await createTestDatabase();
  queries = createHandoverQueries(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.owner.query('truncate request_view, request_timeline, request_stats'));

type Facts = Parameters<typeof facts.after>[0];
const stored = (past: Facts) => recorded<MediaRequestEvent>(past, STREAM) as StoredEvent[];
const batches = (events: StoredEvent[], size: number) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, n) => events.slice(n * size, (n + 1) * size));

/** Both projections over the facts, in batches of that size; what subscribers of the view hear. */
async function project(past: Facts, size = past.length) {
  const view = createRequestViewProjection(codecs);
  const timeline = createRequestTimelineProjection(codecs);
  const heard = [];
  for (const batch of batches(stored(past), size)) {
    heard.push(
      ...(await test.database.transaction(async (tx) => {
        await timeline.project(batch, tx);
        return view.project(batch, tx);
      })),
    );
  }
  return heard;
}

/** A whole life, with everything that can happen on the way. */
const life: Facts = [
  ...facts.asked(),
  facts.joined(),
  facts.attempted(1),
  facts.deferred(1, 'UNKNOWN'),
  facts.attempted(2),
  facts.adopted(2),
  facts.doubled(),
  facts.single(),
  facts.failed(),
  facts.retried(),
  facts.queued(),
  facts.attempted(3),
  facts.created(3),
  facts.left(),
  facts.processing(),
  facts.available(),
].map((one, n) => then(n, one));

describe('the fold', () => {
  it('keeps the request as the decider folds it, with its stream and its last position', async () => {
    await project(life);
    expect(await queries.byId('req_1')).toEqual({
      state: facts.after(life),
      streamId: STREAM,
      position: BigInt(life.length),
    });
    expect(await queries.byId('req_2')).toBeUndefined();
  });

  it('is the same in one batch and in many, and so is what subscribers hear, however the facts of requests are mixed', async () => {
    const table = () =>
      test.database.query(
        'select request_view.*, (select json_object_agg(status, count order by status) from request_stats where count > 0) from request_view order by request_id',
      );
    const timeline = () => test.database.query('select * from request_timeline order by request_id, position');
    const made = async (size?: number) => {
      await test.owner.query('truncate request_view, request_timeline, request_stats');
      const heard = await project(past, size);
      heard.sort((a, b) => Number(a.position - b.position)); // only what is of one position is told in order
      return { heard, rows: await table(), story: await timeline() };
    };
    // More requests than are sent at a time: first what began them all, then what came of them all.
    const others = Array.from({ length: 150 }, (_, n) => 604 + n);
    const begun = others.map((id) => film(id, 20));
    const past = [
      ...[0, 1, 2].flatMap((n) => begun.map((story) => story[n]!)),
      ...life,
      ...others.map((id) => of(id, facts.attempted(1), 21)),
    ];
    const whole = await made();
    expect(whole.rows).toHaveLength(151);
    expect(await made(1)).toEqual(whole);
    expect(await made(250)).toEqual(whole);
  });

  it('looks for the rows of requests that began before, and of no others', async () => {
    const view = createRequestViewProjection(codecs);
    const looked: unknown[] = [];
    const fold = (past: StoredEvent[]) =>
      test.database.transaction((tx) =>
        view.project(past, {
          ...tx,
          prepared: (statement, values) => (looked.push(values), tx.prepared(statement, values)),
        }),
      );
    const [began, wentOn] = batches(stored([...facts.asked(), facts.joined(), ...film(604, 20)]), 3);
    await fold(began!);
    expect(looked).toEqual([]);
    await fold(wentOn!);
    expect(looked).toEqual([[['req_1']]]);
  });

  it('keeps the same where nobody shall hear of it, and makes nothing to tell', async () => {
    const view = createRequestViewProjection(codecs);
    const silent = await test.database.transaction((tx) => view.project(stored(life), tx, { isSilent: true }));
    expect(silent).toEqual([]);
    expect((await queries.byId('req_1'))?.state).toEqual(facts.after(life));
  });

  it('stops at a fact of a request that it does not know', async () => {
    await expect(project([facts.joined()])).rejects.toThrow('RequestJoined of unknown request req_1');
  });

  it('tells subscribers each step, and whom it concerns: also who just left', async () => {
    const heard = await project([...facts.asked(), facts.joined(), facts.left(), facts.attempted(1)]);
    expect(
      heard.map(({ position, kind, subjects, payload }) => [
        position,
        kind,
        subjects,
        (payload as { type?: string }).type,
      ]),
    ).toEqual([
      [1n, 'request', ['req_1', BEN], 'MediaRequestSubmitted'],
      [2n, 'request', ['req_1', BEN], 'MediaRequestAutoApproved'],
      [3n, 'request', ['req_1', BEN], 'HandoverQueued'],
      [3n, 'handover', ['req_1', BEN], undefined],
      [4n, 'request', ['req_1', BEN, CLEO], 'RequestJoined'],
      [5n, 'request', ['req_1', BEN, CLEO], 'RequestLeft'],
      [6n, 'request', ['req_1', BEN], 'HandoverAttempted'],
      [6n, 'handover', ['req_1', BEN], undefined],
    ]);
  });
});

describe('a rebuild', () => {
  const bench = useProjectionBench();

  it('makes the rows anew that were read, of requests whose facts lie far apart in the log', async () => {
    const view = createRequestViewProjection(codecs);
    const ids = Array.from({ length: 300 }, (_, n) => 604 + n);
    const stories = ids.map((id) => [...film(id, 20), of(id, facts.attempted(1), 21), of(id, facts.created(1), 22)]);
    for (const turn of [0, 1, 2, 3, 4])
      for (const story of stories) {
        const { type, data } = story[turn]!;
        await bench.store.append(`mediaRequest-${story[0]!.data.requestId}`, 'any', [fact(type, data)]);
      }
    const rows = async () => [
      await bench.database().query('select * from request_view order by request_id'),
      await bench.database().query('select * from request_stats where count > 0'),
    ];
    bench.start([view]);
    await bench.stands(await bench.store.head(), REQUEST_VIEW);
    const read = await rows();
    expect(read.map(({ length }) => length)).toEqual([300, 1]);
    await bench.owner().query(`update request_view set status = 'FAILED', state = '{}' where tmdb_id % 2 = 0`);
    expect(await requestRebuild(bench.database(), view)).toBe(true);
    await until(async () => (await readRebuild(bench.database(), REQUEST_VIEW)) === null);
    expect(await rows()).toEqual(read);
  });
});

describe('the timeline', () => {
  it('has every fact in the order of the log, page by page, as it was', async () => {
    await project([...life, ...film(604, 1)]);
    const first = await readTimeline(test.database, { requestId: 'req_1', limit: 3, newest: 0n });
    const rest = await readTimeline(test.database, {
      requestId: 'req_1',
      limit: 100,
      newest: 0n,
      after: first.at(-1)?.position ?? 0n,
    });
    expect([...first, ...rest]).toEqual(
      stored(life).map(({ globalPosition, metadata, type, data }) => ({
        position: globalPosition,
        at: new Date(metadata.occurredAt),
        actor: metadata.actor,
        event: { type, data },
      })),
    );
    expect(await countTimeline(test.database, { requestId: 'req_1', newest: 0n })).toBe(life.length);
    expect(await countTimeline(test.database, { requestId: 'req_9', newest: 0n })).toBe(0);
  });
});
