import type { CreateOutcome, UpstreamRequest } from '../../upstreams/overseerr';
import type { HandOverParts } from './hand-over.reactor';
import type { HandoverResult } from './media-request/decider';
import type { Certainty, DeferralCause, HandoverAttempted } from './media-request/events';
import { adoption, backOffMs, findUpstream, settledAt } from './media-request/handover';
import type { MediaRequest } from './media-request/media-request';
import { failureOf } from './upstream-failure';

type Begun = Omit<HandoverAttempted['data'], 'requestId'>;
interface Talk {
  request: MediaRequest;
  begun: Begun;
  afterConflict: boolean;
}

/** Look before create: what one attempt says to the upstream, between the two facts that frame it. Never throws for a failure there. */
export function createUpstreamTalk(parts: HandOverParts) {
  const { overseerr, times, clock, chance } = parts;

  function deferred(
    { begun }: Talk,
    cause: DeferralCause,
    how: { certainty: Certainty; detail?: string; retryAfterMs?: number },
  ) {
    const backOff = clock().getTime() + Math.max(backOffMs(begun.attemptNo, chance()), how.retryAfterMs ?? 0);
    const settled = how.certainty === 'UNKNOWN' ? settledAt(begun.startedAt, times.settleDelayMs).getTime() : 0;
    const retryAt = new Date(Math.max(backOff, settled)).toISOString();
    return {
      kind: 'DEFERRED',
      cause,
      certainty: how.certainty,
      retryAt,
      ...(how.detail ? { detail: how.detail } : {}),
    } satisfies HandoverResult;
  }

  /** A pending one is ours to approve, a failed one ours to try again; both can be repeated. */
  async function adopt(talk: Talk, found: UpstreamRequest): Promise<HandoverResult> {
    if (found.status === 'PENDING') await overseerr.approveRequest(found.id);
    if (found.status === 'FAILED') await overseerr.retryRequest(found.id);
    const upstreamUserRef = talk.begun.upstreamUserRef;
    const how = adoption(found, talk.request, {
      ...(upstreamUserRef === undefined ? {} : { upstreamUserRef }),
      afterConflict: talk.afterConflict,
    });
    return { kind: 'ADOPTED', upstreamRequestId: found.id, ...how };
  }

  /** What a look finds that makes a create needless. */
  async function settleByLook(talk: Talk): Promise<HandoverResult | undefined> {
    const { request, begun } = talk;
    const observedAt = clock().toISOString();
    const { media } = await overseerr.title(request.mediaType, request.tmdbId);
    const found = findUpstream(media?.requests ?? [], request, begun);
    if (found) return adopt(talk, found);
    const state = request.quality === 'UHD_4K' ? media?.status4k : media?.status;
    return state === 'AVAILABLE' ? { kind: 'AVAILABLE', observedAt, plexUrl: media?.plexUrl ?? null } : undefined;
  }

  async function create(talk: Talk): Promise<HandoverResult> {
    const { request, begun } = talk;
    const outcome = await overseerr.createRequest({
      type: request.mediaType,
      tmdbId: request.tmdbId,
      is4k: request.quality === 'UHD_4K',
      ...(begun.upstreamUserRef === undefined ? {} : { userId: begun.upstreamUserRef }),
    });
    switch (outcome.kind) {
      case 'CREATED':
        return created(outcome);
      case 'REJECTED':
        return outcome;
      case 'FAILED':
        return deferred(talk, outcome.cause, outcome);
      case 'CONFLICT':
      case 'NOTHING_TO_REQUEST':
        return (
          (await settleByLook({ ...talk, afterConflict: outcome.kind === 'CONFLICT' })) ??
          deferred(talk, 'UPSTREAM_5XX', {
            certainty: 'UNKNOWN',
            detail: 'It says the request exists, but shows none.',
          })
        );
    }
  }

  /** Our key approves at once; where it does not, a pending request is approved like one that was found. */
  async function created({ request, mediaId }: Extract<CreateOutcome, { kind: 'CREATED' }>): Promise<HandoverResult> {
    if (request.status === 'PENDING') await overseerr.approveRequest(request.id);
    return {
      kind: 'CREATED',
      upstreamRequestId: request.id,
      upstreamStatus: request.status,
      ...(mediaId === null ? {} : { upstreamMediaId: mediaId }),
    };
  }

  const enoughLeaseLeft = ({ begun }: Talk) => Date.parse(begun.leaseUntil) - clock().getTime() >= times.callMs;

  return async (request: MediaRequest, begun: Begun): Promise<HandoverResult> => {
    const talk: Talk = { request, begun, afterConflict: false };
    let sent = false;
    try {
      const settled = await settleByLook(talk);
      if (settled) return settled;
      if (!enoughLeaseLeft(talk)) {
        return deferred(talk, 'TIMEOUT', {
          certainty: 'NOT_SENT',
          detail: 'Too little of the lease was left to send.',
        });
      }
      sent = true;
      return await create(talk);
    } catch (error) {
      const { cause, detail, retryAfterMs } = failureOf(error);
      // Before the create nothing of ours is new there; after it, only a look can tell.
      return deferred(talk, cause, {
        certainty: sent ? 'UNKNOWN' : 'NOT_SENT',
        detail,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
  };
}
