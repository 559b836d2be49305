import { z } from 'zod';
import { DomainError } from '../../mechanisms/errors';
import type { EventCodecs, Recorded } from '../../mechanisms/event-store';
import type { Job, JobQueue, Tasks } from '../../mechanisms/jobs';
import type { Logger } from '../../mechanisms/observability';
import type { Projection } from '../../mechanisms/projections';
import type { HandoverCommands } from './media-request/commands';
import type { MediaRequestEvent } from './media-request/events';
import { nextStep, settledAt } from './media-request/handover';
import type { MediaRequest } from './media-request/media-request';
import { titleOfStream } from './media-request/media-request';
import type { RequestTarget } from './look-upstream.reactor';
import { requestTarget } from './look-upstream.reactor';
import { createUpstreamTalk } from './upstream-talk.reactor';
import type { TalkParts } from './upstream-talk.reactor';
import type { Turns } from './turns';

export const HAND_OVER = 'hand-over';

export interface HandOverParts extends TalkParts {
  commands: HandoverCommands;
  connections: {
    /** As last seen; a connection that is down gets no attempts. */
    isUsable(connectionId: string): Promise<boolean>;
    /** A call failed: look at the connection now and write down how it is. */
    check(connectionId: string): Promise<void>;
  };
  /** The user upstream for an account; undefined: the service's own. */
  upstreamUserOf(accountId: string): number | undefined;
  turns: Turns;
  jobs: JobQueue;
  log: Logger;
}

/** `early`: without waiting for the end of a back-off. `turn`: the one it was given; null: none so far; absent: it needs none. */
const wakeUp = requestTarget.extend({
  early: z.boolean().default(false),
  turn: z.iso.datetime().nullable().optional(),
});
type WakeUp = z.infer<typeof wakeUp>;

const jobFor = ({ streamId, requestId }: RequestTarget, key: string, runAt?: Date): Job => ({
  task: HAND_OVER,
  key,
  queue: `${HAND_OVER}:${titleOfStream(streamId)}`, // one write at a time for a title: the upstream's own check-then-insert can race
  ...(runAt ? { runAt } : {}),
  payload: { streamId, requestId },
});

/** `hand-over`: a job for each handover that waits, in the transaction of the checkpoint. */
export function createHandOverReactor(parts: { codecs: EventCodecs; jobs: JobQueue }): Projection {
  return {
    name: HAND_OVER,
    version: 1,
    handles: ['HandoverQueued', 'HandoverDeferred'] satisfies MediaRequestEvent['type'][],
    tables: [],
    onPoison: 'park',
    async project(stored, tx) {
      const waiting = stored.map((one) => {
        const event: Recorded<MediaRequestEvent> = parts.codecs.read<MediaRequestEvent>(one);
        const runAt = event.type === 'HandoverDeferred' ? new Date(event.data.retryAt) : undefined;
        const target = { streamId: event.streamId, requestId: event.data.requestId };
        return jobFor(target, event.eventId, runAt);
      });
      await parts.jobs.enqueue(waiting, tx);
      return [];
    },
  };
}

/** One job for each request, so that none has two turns. An early job is more urgent, so it replaces one that waits for a later time. */
const jobInTurn = ({ early, turn, ...target }: WakeUp, runAt: Date): Job => {
  const job = jobFor(target, `wake:${target.requestId}`, runAt);
  return { ...job, priority: early ? 0 : 1, payload: { ...job.payload, ...(early && { early }), turn } };
};

/** The same once more, at a time that it may be done: whoever was released before stays so. */
const jobLater = (woken: WakeUp, runAt: Date): Job =>
  woken.turn === undefined ? jobFor(woken, `wait:${woken.requestId}`, runAt) : jobInTurn(woken, runAt);

/**
 * The janitor's, in case the job was lost or pauses for long. A job that waits keeps its time, and the turn that it has taken. `early`: after an
 * outage, whatever its back-off.
 */
export function wakeHandover(jobs: JobQueue, target: RequestTarget & { early?: boolean }, runAt: Date): Promise<void> {
  return jobs.enqueue({ ...jobInTurn({ early: false, ...target, turn: null }, runAt), unlessWaiting: true });
}

/** False: a job comes when it is. What waited is not sent at once, however late we are ourselves. */
async function isItsTurn({ turns, jobs }: HandOverParts, woken: WakeUp, connectionId: string): Promise<boolean> {
  if (woken.turn === undefined) return true;
  const later = await turns.take(connectionId, { given: woken.turn !== null });
  if (later) await jobs.enqueue(jobInTurn({ ...woken, turn: later.toISOString() }, later));
  return later === null;
}

const targetOf = ({ streamId, requestId }: RequestTarget): RequestTarget => ({ streamId, requestId });

/**
 * The worker of DOMAIN.md 7. The fence is the stream: only the call whose own append of `HandoverAttempted` succeeded may
 * send, and once. Nothing here depends on the job surviving.
 */
export function createHandOverTask(parts: HandOverParts): Tasks {
  const { commands, connections, jobs, times, clock, log } = parts;
  const talk = createUpstreamTalk(parts);

  async function attempt(woken: WakeUp, request: MediaRequest, attemptNo: number): Promise<void> {
    const target = targetOf(woken);
    const connectionId = request.handover.connectionId ?? '';
    if (!(await connections.isUsable(connectionId))) return; // no attempt is consumed: the return of the connection wakes it
    if (!(await isItsTurn(parts, woken, connectionId))) return;
    const startedAt = clock();
    const upstreamUserRef = parts.upstreamUserOf(request.requesterId);
    const begun = {
      attemptNo,
      connectionId,
      ...(upstreamUserRef === undefined ? {} : { upstreamUserRef }),
      requestFingerprint: `${request.mediaType} ${request.tmdbId} ${request.quality} for ${upstreamUserRef ?? 'service'}`,
      startedAt: startedAt.toISOString(),
      leaseUntil: new Date(startedAt.getTime() + times.attemptMs).toISOString(),
    };
    if (!(await begin(target, begun))) return handOver({ ...target, early: false });
    const result = await talk(request, begun);
    log.info({ ...target, attemptNo, result: result.kind }, 'handover attempt ended');
    await commands.record(target, attemptNo, result);
    if (result.kind === 'DEFERRED') await connections.check(connectionId);
  }

  /** False: somebody else began it, or the request moved on. */
  async function begin(target: RequestTarget, begun: Parameters<typeof commands.begin>[1]): Promise<boolean> {
    try {
      return await commands.begin(target, begun);
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }

  async function handOver(woken: WakeUp): Promise<void> {
    const target = targetOf(woken);
    const request = await commands.load(target.streamId, target.requestId);
    if (!request) return;
    const step = nextStep(request, { now: clock(), settleDelayMs: times.settleDelayMs, early: woken.early });
    if (step.kind === 'WAIT') return jobs.enqueue(jobLater(woken, step.until));
    if (step.kind === 'ATTEMPT') return attempt(woken, request, step.attemptNo);
    if (step.kind === 'LOST') {
      const startedAt = request.handover.attempt?.startedAt ?? clock().toISOString();
      const retryAt = settledAt(startedAt, times.settleDelayMs).toISOString();
      await commands.record(target, step.attemptNo, {
        kind: 'DEFERRED',
        cause: 'WORKER_LOST',
        certainty: 'UNKNOWN',
        retryAt,
      });
    }
  }

  return {
    async [HAND_OVER](payload) {
      await handOver(wakeUp.parse(payload));
    },
  };
}
