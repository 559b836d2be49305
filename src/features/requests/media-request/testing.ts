import type { Past } from '../../../mechanisms/event-store/testing';
import { recorded } from '../../../mechanisms/event-store/testing';
import type { RequestMedia } from './decider';
import type { Certainty, DeferralCause, MediaRequestEvent, RejectionCode } from './events';
import { evolve } from './evolution';
import type { MediaRequest, TitleRequests } from './media-request';
import { streamOf } from './media-request';
import type { UpstreamLook } from './observation';

/** One film, "The Matrix", asked for by ben; every fact below is of this request unless another is named. */
export const MATRIX = { mediaType: 'MOVIE', tmdbId: 603, quality: 'STANDARD' } as const;
export const STREAM = streamOf(MATRIX);
export const ID = 'req_1';
export const BEN = 'usr_ben';
export const CLEO = 'usr_cleo';
export const CONNECTION = 'overseerr';

/** So many seconds after the morning of the tests. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, 0) + seconds * 1_000);
export const iso = (seconds: number) => at(seconds).toISOString();

type Type = MediaRequestEvent['type'];
export type DataOf<T extends Type> = Extract<MediaRequestEvent, { type: T }>['data'];
type Fact = Past<MediaRequestEvent>;

/** A fact of this request, with its data changed as wanted. */
const fact =
  <T extends Type>(type: T, data: Omit<DataOf<T>, 'requestId'>) =>
  (change: Partial<DataOf<T>> = {}): Extract<MediaRequestEvent, { type: T }> =>
    ({ type, data: { requestId: ID, ...data, ...change } }) as unknown as Extract<MediaRequestEvent, { type: T }>;

const seen = { source: 'POLL', observedAt: iso(1_000) } as const;

export const submitted = fact('MediaRequestSubmitted', {
  ...MATRIX,
  requesterId: BEN,
  title: 'The Matrix',
  year: 1999,
  posterPath: '/matrix.jpg',
  origin: 'MANUAL',
});
export const joined = fact('RequestJoined', { followerId: CLEO, wants: { quality: 'STANDARD' }, via: 'DUPLICATE' });
export const left = fact('RequestLeft', { followerId: CLEO });
export const APPROVAL = {
  policyId: 'global',
  policyVersion: 1,
  ruleId: 'films-at-once',
  inputsDigest: 'digest',
  explanation: {
    rule: 'films-at-once',
    text: 'Films are approved at once.',
    inputs: [{ name: 'role', value: 'FRIEND' }],
  },
};
export const approved = fact('MediaRequestAutoApproved', APPROVAL);
export const queued = fact('HandoverQueued', { connectionId: CONNECTION, authority: 'MEDIANEST' });
export const attempted = (attemptNo = 1, change: Partial<DataOf<'HandoverAttempted'>> = {}) =>
  fact('HandoverAttempted', {
    attemptNo,
    connectionId: CONNECTION,
    upstreamUserRef: 2,
    requestFingerprint: 'MOVIE 603 STANDARD for 2',
    startedAt: iso(0),
    leaseUntil: iso(15),
  })(change);
export const created = (attemptNo = 1) =>
  fact('UpstreamRequestCreated', {
    attemptNo,
    upstreamRequestId: 12,
    upstreamMediaId: 7,
    upstreamStatus: 'APPROVED',
  })();
export const adopted = (attemptNo = 1, change: Partial<DataOf<'UpstreamRequestAdopted'>> = {}) =>
  fact('UpstreamRequestAdopted', { attemptNo, upstreamRequestId: 12, reason: 'CONFLICT', foreignRequester: false })(
    change,
  );
export const deferred = (
  attemptNo: number,
  certainty: Certainty,
  change: { cause?: DeferralCause; retryAt?: string; detail?: string } = {},
) => fact('HandoverDeferred', { attemptNo, cause: 'UNREACHABLE', certainty, retryAt: iso(60) })(change);
export const rejected = (attemptNo: number, code: RejectionCode) =>
  fact('HandoverRejected', { attemptNo, code, detail: `Not allowed (${code}).` })();
export const retried = fact('MediaRequestRetried', { by: BEN });
export const declinedThere = fact('UpstreamDecisionObserved', { ...seen, decision: 'DECLINED' });
export const processing = fact('MediaProcessingObserved', seen);
export const available = fact('MediaBecameAvailable', { ...seen, plexUrl: 'https://plex.example/1' });
export const failed = fact('FulfilmentFailed', {
  ...seen,
  stage: 'DOWNLOAD_CLIENT',
  detail: 'The download client refused it.',
  retryable: true,
});
export const doubled = fact('DuplicateUpstreamDetected', { ...seen, upstreamRequestIds: [12, 13] });
export const single = fact('DuplicateUpstreamResolved', seen);

/** One sample of each fact, as it is stored today. */
export const SAMPLES: { [T in Type]: Extract<MediaRequestEvent, { type: T }> } = {
  MediaRequestSubmitted: submitted(),
  RequestJoined: joined(),
  RequestLeft: left(),
  MediaRequestAutoApproved: approved(),
  HandoverQueued: queued(),
  HandoverAttempted: attempted(),
  UpstreamRequestCreated: created(),
  UpstreamRequestAdopted: adopted(),
  HandoverDeferred: deferred(1, 'UNKNOWN', { detail: 'no answer' }),
  HandoverRejected: rejected(1, 'UPSTREAM_QUOTA'),
  MediaRequestRetried: retried(),
  UpstreamDecisionObserved: declinedThere(),
  MediaProcessingObserved: processing(),
  MediaBecameAvailable: available(),
  FulfilmentFailed: failed(),
  DuplicateUpstreamDetected: doubled(),
  DuplicateUpstreamResolved: single(),
};

/** Histories that most tests begin with. */
export const asked = (): Fact[] => [submitted(), approved(), queued()];
export const linked = (): Fact[] => [...asked(), attempted(), created()];

export const titleAfter = (facts: Fact[]): TitleRequests =>
  recorded<MediaRequestEvent>(facts, STREAM).reduce<TitleRequests>(evolve, { requests: [] });
/** The newest request after these facts. */
export function after(facts: Fact[]): MediaRequest {
  const request = titleAfter(facts).requests.at(-1);
  if (!request) throw new Error('these facts make no request');
  return request;
}

export const ask = (change: Partial<RequestMedia> = {}): RequestMedia => ({
  type: 'RequestMedia',
  requestId: ID,
  requesterId: BEN,
  ...MATRIX,
  title: { title: 'The Matrix', year: 1999, posterPath: '/matrix.jpg' },
  availability: null,
  approval: APPROVAL,
  connectionId: CONNECTION,
  ...change,
});

/** A look that sees our request 12 there. */
export const look = (change: Partial<UpstreamLook> = {}): UpstreamLook => ({
  observedAt: iso(2_000),
  media: 'PROCESSING',
  plexUrl: null,
  requests: [{ id: 12, status: 'APPROVED' }],
  ...change,
});

/** The fact at its time, so many seconds after the morning. */
export const then = (seconds: number, one: Fact): Fact => ({ ...one, metadata: { occurredAt: iso(seconds) } });

/** The beginning of another film's request. */
export function film(
  tmdbId: number,
  seconds: number,
  change: { requesterId?: string; mediaType?: 'MOVIE' | 'TV' } = {},
): Fact[] {
  const requestId = `req_${tmdbId}`;
  return [
    then(seconds, submitted({ requestId, tmdbId, ...change })),
    then(seconds, approved({ requestId })),
    then(seconds, queued({ requestId })),
  ];
}
/** The fact, of another film's request. */
export const of = (tmdbId: number, fact: Fact, seconds: number): Fact =>
  then(seconds, { ...fact, data: { ...fact.data, requestId: `req_${tmdbId}` } } as Fact);
