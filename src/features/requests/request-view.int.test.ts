import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createHandoverQueries } from './loaders';
import { mediaRequestCodecs } from './media-request/event-codecs';
import type { MediaRequestEvent } from './media-request/events';
import * as facts from './media-request/testing';
import { BEN, CLEO, film, of, STREAM, then } from './media-request/testing';
import { createRequestTimelineProjection, countTimeline, readTimeline } from './request-timeline.read-model';
import { createRequestViewProjection } from './request-view.read-model';

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

  it('is the same in one batch and in many, and so is what subscribers hear', async () => {
    const table = () =>
      test.database.query(
        'select request_view.*, (select json_object_agg(status, count order by status) from request_stats where count > 0) from request_view order by request_id',
      );
    const timeline = () => test.database.query('select * from request_timeline order by request_id, position');
    const past = [...life, ...film(604, 20), of(604, facts.attempted(1), 21)];
    const whole = { heard: await project(past), rows: await table(), story: await timeline() };
    await test.owner.query('truncate request_view, request_timeline, request_stats');
    const parts = { heard: await project(past, 1), rows: await table(), story: await timeline() };
    expect(parts).toEqual(whole);
    expect(whole.rows).toHaveLength(2);
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
