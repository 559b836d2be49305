import type { Actor } from '../../mechanisms/event-store';
import type { MediaRequest } from './media-request/media-request';
import { stageOf, statusOf } from './media-request/media-request';
import type { Looker } from './visibility';
import { maySeePeople } from './visibility';

/** An account as others see it. */
export interface Person {
  id: string;
  name: string;
  role: 'ADMIN' | 'DECIDER' | 'FRIEND';
}

/** What a presentation needs of the rest of the house. */
export interface Surroundings {
  person(accountId: string): Person | null;
  /** The page of a request at the request service; null where it has none. */
  upstreamUrl(request: MediaRequest): string | null;
}

const date = (text: string | null) => (text === null ? null : new Date(text));

export function presentActor(actor: Actor, { person }: Surroundings, maySee: boolean) {
  if (actor.kind !== 'USER' && actor.kind !== 'API_TOKEN') return { kind: actor.kind, name: actor.id };
  return { kind: actor.kind, name: maySee ? (person(actor.id)?.name ?? null) : null };
}

/** Only the request service declines as yet, and it gives no reasons. */
function whyDeclined({ decision }: MediaRequest) {
  if (decision.state !== 'DECLINED') return { reasonCode: null, message: null };
  return { reasonCode: 'OTHER' as const, message: 'Declined in the request service.' };
}

/** A request, and the place of its last fact. */
export interface PositionedRequest {
  state: MediaRequest;
  position: bigint;
}

/** A request as it was once. Who may see its people, the request of now says. */
export interface PastRequest extends PositionedRequest {
  now: MediaRequest;
}

/** A request as this account may see it. `state` stays beside it for the fields that are computed when asked for. */
export function presentRequest(
  { state, position, now = state }: PositionedRequest & Partial<PastRequest>,
  looker: Looker,
  surroundings: Surroundings,
) {
  const maySee = maySeePeople(looker, now);
  const { decision, handover, fulfilment, upstream } = state;
  const people = (ids: string[]) => ids.flatMap((id) => surroundings.person(id) ?? []);
  return {
    state,
    position,
    /** It is shown as it was once. */
    past: false,
    /** This account may see its people and its timeline. */
    maySee,
    id: state.requestId,
    type: state.mediaType,
    tmdbId: state.tmdbId,
    quality: state.quality,
    status: statusOf(state),
    stage: stageOf(state),
    requester: maySee ? surroundings.person(state.requesterId) : null,
    followers: maySee ? people(state.followerIds) : null,
    requestedAt: new Date(state.requestedAt),
    updatedAt: new Date(state.updatedAt),
    decision: {
      state: decision.state,
      by: decision.by && presentActor(decision.by, surroundings, maySee),
      at: date(decision.at),
      explanation: decision.explanation,
      ...whyDeclined(state),
    },
    handover: {
      of: state,
      state: handover.state,
      attempts: handover.attempts,
      lastProblem: handover.lastProblem && { ...handover.lastProblem, at: new Date(handover.lastProblem.at) },
    },
    fulfilment: { state: fulfilment.state, availableAt: date(fulfilment.availableAt), plexUrl: fulfilment.plexUrl },
    upstream: upstream && { ...upstream, url: surroundings.upstreamUrl(state) },
  };
}

/** A request as it was: what it waited for then, nobody can tell now. */
export function presentPast(request: PresentedRequest): PresentedRequest {
  const { state } = request;
  const settled = { ...state, handover: { ...state.handover, state: 'NONE' as const } };
  return { ...request, past: true, handover: { ...request.handover, of: settled } };
}
export type PresentedRequest = ReturnType<typeof presentRequest>;
