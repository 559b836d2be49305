import type { EventCodecs, EventStore } from '../../mechanisms/event-store';
import { createCommandHandler } from '../../mechanisms/event-store';
import { createMemoryEventStore } from '../../mechanisms/event-store/testing';
import { UpstreamFailure } from '../../mechanisms/http';
import type { FailureKind } from '../../mechanisms/http';
import type { Job } from '../../mechanisms/jobs';
import { createLogger } from '../../mechanisms/observability';
import type {
  CreateOutcome,
  NewRequest,
  OverseerrClient,
  UpstreamMedia,
  UpstreamRequest,
} from '../../upstreams/overseerr';
import { createHandOverTask, HAND_OVER } from './hand-over.reactor';
import { createHandoverCommands, createUserCommands } from './media-request/commands';
import type { Certainty } from './media-request/events';
import type { MediaRequest } from './media-request/media-request';
import { at, BEN, CONNECTION, iso, MATRIX, STREAM } from './media-request/testing';

/** What a call there does instead of answering. HANG never ends, as for a worker that dies in it. */
export type Fault = 'REFUSED' | 'UNDESCRIBED' | 'RESET' | 'COMMIT_THEN_RESET' | 'HANG' | 'COMMIT_THEN_HANG';
type Call = 'title' | 'create' | 'approve' | 'retry';

/** A small honest model of the request service: what it holds, what it was asked, and how it can fail. */
export function createUpstream(clock: () => Date) {
  const requests: UpstreamRequest[] = [];
  const calls: Call[] = [];
  const faults: Partial<Record<Call, Fault[]>> = {};
  const answers: CreateOutcome[] = [];
  let media: UpstreamMedia['status'] = 'UNKNOWN';

  const add = (change: Partial<UpstreamRequest> = {}): UpstreamRequest => {
    const facts = { status: 'APPROVED', is4k: false, createdAt: clock().toISOString(), requestedByUserId: 2 } as const;
    const request = { id: requests.length + 1, seasons: [], ...facts, ...change };
    requests.push(request);
    return request;
  };
  const failure = (kind: FailureKind, certainty: Certainty) =>
    new UpstreamFailure(`no answer: ${kind}`, { upstream: 'overseerr', failure: kind, certainty });
  const set = (id: number, status: UpstreamRequest['status']) =>
    requests.splice(0, requests.length, ...requests.map((one) => (one.id === id ? { ...one, status } : one)));

  async function call<Answer>(name: Call, work: () => Answer): Promise<Answer> {
    calls.push(name);
    const fault = faults[name]?.shift();
    if (fault === 'REFUSED') throw failure('UNREACHABLE', 'NOT_SENT');
    if (fault === 'UNDESCRIBED') throw failure('UPSTREAM_5XX', 'UNKNOWN');
    if (!fault || fault.startsWith('COMMIT')) {
      const done = work();
      if (!fault) return done;
    }
    if (fault.endsWith('HANG')) await new Promise(() => undefined);
    throw failure('TIMEOUT', 'UNKNOWN');
  }
  const create = (input: NewRequest): CreateOutcome => {
    const answer = answers.shift();
    if (answer) return answer;
    if (requests.some(({ is4k, status }) => is4k === input.is4k && status !== 'DECLINED')) return { kind: 'CONFLICT' };
    return { kind: 'CREATED', request: add({ requestedByUserId: input.userId ?? 1 }), mediaId: 7 };
  };
  const failed = ({ failure: cause, certainty, message }: UpstreamFailure): CreateOutcome =>
    ({ kind: 'FAILED', cause, certainty, detail: message }) as CreateOutcome;

  const client: Omit<OverseerrClient, 'identify' | 'probe' | 'search' | 'availability' | 'image' | 'close'> = {
    strange: () => [],
    isUndescribed: (error) => error instanceof UpstreamFailure && error.failure === 'UPSTREAM_5XX',
    title: (type, tmdbId) =>
      call('title', () => {
        const status = { status: media, status4k: 'UNKNOWN' } as const;
        const found = { id: 7, ...status, plexUrl: null, requests: [...requests] };
        return { type, tmdbId, title: null, year: null, overview: null, posterPath: null, media: found };
      }),
    createRequest: (input) => call('create', () => create(input)).catch(failed),
    approveRequest: (id) => call('approve', () => void set(id, 'APPROVED')),
    retryRequest: (id) => call('retry', () => void set(id, 'APPROVED')),
  };
  return {
    client: client as OverseerrClient,
    requests,
    calls,
    add,
    fail: (name: Call, ...next: Fault[]) => void (faults[name] = next),
    /** The next create answers this, and does nothing. */
    answerWith: (answer: CreateOutcome) => void answers.push(answer),
    becomes: (status: UpstreamMedia['status']) => void (media = status),
    creates: () => calls.filter((one) => one === 'create').length,
  };
}

const times = { attemptMs: 15_000, settleDelayMs: 45_000, callMs: 9_000 };

/** One request that waits to be handed over, and as many worker processes as wanted, on one store and one clock. */
export async function createWorld(codecs: EventCodecs) {
  let now = 0;
  const clock = () => at(now);
  const store = createMemoryEventStore();
  const upstream = createUpstream(clock);
  const jobs: Job[] = [];
  const queue = { enqueue: async (one: Job | readonly Job[]) => void jobs.push(...[one].flat()) };
  const connection = { usable: true, checks: 0 };
  const turns: Date[] = [];
  const takers: { given: boolean }[] = [];
  const asking = { accountId: BEN, role: 'FRIEND', correlationId: 'c' };
  const idempotencyKeys = { claim: () => Promise.resolve() };
  const users = createUserCommands({ handler: createCommandHandler({ store, codecs }), idempotencyKeys, clock });
  const { request } = await users.requestMedia(
    { ...MATRIX, connectionId: CONNECTION, title: {}, availability: null },
    asking,
  );
  const target = { streamId: STREAM, requestId: request.requestId };
  const load = async () =>
    (await createHandoverCommands({ handler: createCommandHandler({ store, codecs }), clock }).load(
      STREAM,
      request.requestId,
    )) as MediaRequest;

  /** A worker process of its own; its store can be another one. */
  const worker = (through: EventStore = store) => {
    const task = createHandOverTask({
      commands: createHandoverCommands({ handler: createCommandHandler({ store: through, codecs }), clock }),
      overseerr: upstream.client,
      connections: {
        isUsable: () => Promise.resolve(connection.usable),
        check: () => ((connection.checks += 1), Promise.resolve()),
      },
      upstreamUserOf: () => 2,
      turns: { take: (_id, taker) => (takers.push(taker), Promise.resolve(turns.shift() ?? null)) },
      jobs: queue,
      times,
      clock,
      chance: () => 1,
      log: createLogger({ level: 'silent' }),
    })[HAND_OVER];
    return (payload: object = target) => task?.(payload) ?? Promise.reject(new Error('no such task'));
  };
  return {
    store,
    upstream,
    jobs,
    queue,
    connection,
    /** What is given to those who take a turn; none: it is theirs now. */
    turns,
    /** Who asked for a turn so far. */
    takers,
    target,
    load,
    worker,
    run: (payload?: object) => worker()(payload),
    to: (seconds: number) => void (now = seconds),
    retry: () => users.retryRequest({ ...target, mayDecide: false }, asking),
    observe: (status: 'FAILED') =>
      createHandoverCommands({ handler: createCommandHandler({ store, codecs }), clock }).observe(
        { ...target, connectionId: CONNECTION },
        { observedAt: iso(now), media: 'PROCESSING', plexUrl: null, requests: [{ id: 1, status }] },
      ),
    /** The facts of the handover, as `type attempt detail`. */
    story: async () => {
      const { events } = await store.readStream(STREAM);
      return events.slice(3).map(({ type, data }) => {
        const { attemptNo, cause, certainty, reason, code } = data as Record<string, unknown>;
        return [type, attemptNo, cause, certainty, reason, code].filter((one) => one !== undefined).join(' ');
      });
    },
  };
}

/** Until the model was called so often. */
export async function called({ calls }: { calls: string[] }, name: string, times = 1): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (calls.filter((one) => one === name).length < times) {
    if (Date.now() > deadline) throw new Error(`${name} was not called`);
    await new Promise(setImmediate);
  }
}
