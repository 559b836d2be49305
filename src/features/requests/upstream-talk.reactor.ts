import type { CreateOutcome, OverseerrClient, UpstreamRequest } from '../../upstreams/overseerr';
import type { HandoverResult } from './media-request/decider';
import type { Certainty, DeferralCause, HandoverAttempted } from './media-request/events';
import { adoption, backOffMs, findUpstream, settledAt } from './media-request/handover';
import type { MediaRequest } from './media-request/media-request';
import { failureOf } from './upstream-failure';

/** The saga's times, in milliseconds (DESIGN.md 8). */
export interface HandoverTimes {
  /** How long an attempt may run before it counts as lost. */
  attemptMs: number;
  /** How long after its start an attempt of unknown outcome may still appear upstream. */
  settleDelayMs: number;
  /** The deadline of one call upstream; less than this left of the lease means: do not send. */
  callMs: number;
}

export interface TalkParts {
  overseerr: OverseerrClient;
  times: HandoverTimes;
  clock: () => Date;
  /** In [0, 1): spreads back-off. */
  chance: () => number;
}

type Begun = Omit<HandoverAttempted['data'], 'requestId'>;
interface Talk {
  request: MediaRequest;
  begun: Begun;
  afterConflict: boolean;
}

/** What a deferral of this attempt says, and when to try again: after the back-off, and never before a sent one has settled. */
function deferral({ times, clock, chance }: TalkParts) {
  return (
    { begun }: Talk,
    cause: DeferralCause,
    how: { certainty: Certainty; detail?: string; retryAfterMs?: number },
  ): HandoverResult => {
    const backOff = clock().getTime() + Math.max(backOffMs(begun.attemptNo, chance()), how.retryAfterMs ?? 0);
    const settled = how.certainty === 'UNKNOWN' ? settledAt(begun.startedAt, times.settleDelayMs).getTime() : 0;
    const retryAt = new Date(Math.max(backOff, settled)).toISOString();
    const { certainty, detail } = how;
    return { kind: 'DEFERRED', cause, certainty, retryAt, ...(detail ? { detail } : {}) };
  };
}

/** A pending one is ours to approve, a failed one ours to try again; both can be repeated. */
async function adopt(overseerr: OverseerrClient, talk: Talk, found: UpstreamRequest): Promise<HandoverResult> {
  if (found.status === 'PENDING') await overseerr.approveRequest(found.id);
  if (found.status === 'FAILED') await overseerr.retryRequest(found.id);
  const upstreamUserRef = talk.begun.upstreamUserRef;
  const how = adoption(found, talk.request, {
    ...(upstreamUserRef === undefined ? {} : { upstreamUserRef }),
    afterConflict: talk.afterConflict,
  });
  return { kind: 'ADOPTED', upstreamRequestId: found.id, ...how };
}

/** The look: what it finds that makes a create needless. */
function lookFirst({ overseerr, clock }: TalkParts) {
  return async (talk: Talk): Promise<HandoverResult | undefined> => {
    const { request, begun } = talk;
    const observedAt = clock().toISOString();
    const { media } = await overseerr.title(request.mediaType, request.tmdbId);
    const found = findUpstream(media?.requests ?? [], request, begun);
    if (found) return adopt(overseerr, talk, found);
    const state = request.quality === 'UHD_4K' ? media?.status4k : media?.status;
    return state === 'AVAILABLE' ? { kind: 'AVAILABLE', observedAt, plexUrl: media?.plexUrl ?? null } : undefined;
  };
}

/** Our key approves at once; where it does not, a pending request is approved like one that was found. */
async function created(
  overseerr: OverseerrClient,
  { request, mediaId }: Extract<CreateOutcome, { kind: 'CREATED' }>,
): Promise<HandoverResult> {
  if (request.status === 'PENDING') await overseerr.approveRequest(request.id);
  return {
    kind: 'CREATED',
    upstreamRequestId: request.id,
    upstreamStatus: request.status,
    ...(mediaId === null ? {} : { upstreamMediaId: mediaId }),
  };
}

/** Look before create: what one attempt says to the upstream, between the two facts that frame it. Never throws for a failure there. */
export function createUpstreamTalk(parts: TalkParts) {
  const { overseerr, times, clock } = parts;
  const deferred = deferral(parts);
  const look = lookFirst(parts);

  async function create(talk: Talk): Promise<HandoverResult> {
    const { request, begun } = talk;
    const outcome = await overseerr.createRequest({
      type: request.mediaType,
      tmdbId: request.tmdbId,
      is4k: request.quality === 'UHD_4K',
      ...(begun.upstreamUserRef === undefined ? {} : { userId: begun.upstreamUserRef }),
    });
    if (outcome.kind === 'CREATED') return created(overseerr, outcome);
    if (outcome.kind === 'REJECTED') return outcome;
    if (outcome.kind === 'FAILED') return deferred(talk, outcome.cause, outcome);
    const found = await look({ ...talk, afterConflict: outcome.kind === 'CONFLICT' });
    const detail = 'It says the request exists, but shows none.';
    return found ?? deferred(talk, 'UPSTREAM_5XX', { certainty: 'UNKNOWN', detail });
  }

  /**
   * Whether the title is unknown or TMDB is down, only a create tells: it asks TMDB before anything is stored. Should TMDB
   * answer it, somebody else's request is a 409, unless an older, declined one hides it there: not enough when one of ours
   * may be there.
   */
  async function lookUnlessCreateTells(talk: Talk): Promise<HandoverResult | undefined> {
    try {
      return await look(talk);
    } catch (error) {
      const { handover, upstream } = talk.request;
      if (overseerr.isUndescribed(error) && !handover.uncertain && !upstream) return undefined;
      throw error;
    }
  }

  const enoughLeaseLeft = ({ begun }: Talk) => Date.parse(begun.leaseUntil) - clock().getTime() >= times.callMs;

  return async (request: MediaRequest, begun: Begun): Promise<HandoverResult> => {
    const talk: Talk = { request, begun, afterConflict: false };
    let sent = false;
    try {
      const settled = await lookUnlessCreateTells(talk);
      if (settled) return settled;
      if (!enoughLeaseLeft(talk)) {
        const detail = 'Too little of the lease was left to send.';
        return deferred(talk, 'TIMEOUT', { certainty: 'NOT_SENT', detail });
      }
      sent = true;
      return await create(talk);
    } catch (error) {
      const { cause, ...why } = failureOf(error);
      // Before the create nothing of ours is new there; after it, only a look can tell.
      return deferred(talk, cause, { certainty: sent ? 'UNKNOWN' : 'NOT_SENT', ...why });
    }
  };
}
