import { z } from 'zod';
import { codecsOf } from '../../../mechanisms/event-store';
import type { MediaRequestEvent } from './events';

const ofRequest = { requestId: z.string() };
const ofAttempt = { ...ofRequest, attemptNo: z.int().positive() };
const observation = { ...ofRequest, source: z.enum(['POLL']), observedAt: z.iso.datetime() };
const quality = z.enum(['STANDARD', 'UHD_4K']);
const when = z.iso.datetime();
const upstreamId = z.int().positive();

const explanation = z.object({
  rule: z.string(),
  text: z.string(),
  inputs: z.array(z.object({ name: z.string(), value: z.string() })),
});
const cause = z.enum([
  'UNREACHABLE',
  'TIMEOUT',
  'RATE_LIMITED',
  'UPSTREAM_5XX',
  'UNAUTHORIZED',
  'CIRCUIT_OPEN',
  'WORKER_LOST',
]);

/** The data of each stored fact. Typed by the events, so that a fact without a schema does not compile. */
const schemas: { [Type in MediaRequestEvent['type']]: z.ZodType<Extract<MediaRequestEvent, { type: Type }>['data']> } =
  {
    MediaRequestSubmitted: z.object({
      ...ofRequest,
      requesterId: z.string(),
      mediaType: z.enum(['MOVIE', 'TV']),
      tmdbId: z.int().positive(),
      quality,
      title: z.string().optional(),
      year: z.int().optional(),
      posterPath: z.string().optional(),
      origin: z.enum(['MANUAL']),
    }),
    RequestJoined: z.object({
      ...ofRequest,
      followerId: z.string(),
      wants: z.object({ quality }),
      via: z.enum(['DUPLICATE']),
    }),
    RequestLeft: z.object({ ...ofRequest, followerId: z.string() }),
    MediaRequestAutoApproved: z.object({
      ...ofRequest,
      policyId: z.string(),
      policyVersion: z.int(),
      ruleId: z.string(),
      inputsDigest: z.string(),
      explanation,
    }),
    HandoverQueued: z.object({ ...ofRequest, connectionId: z.string(), authority: z.enum(['MEDIANEST']) }),
    HandoverAttempted: z.object({
      ...ofAttempt,
      connectionId: z.string(),
      upstreamUserRef: upstreamId.optional(),
      requestFingerprint: z.string(),
      startedAt: when,
      leaseUntil: when,
    }),
    UpstreamRequestCreated: z.object({
      ...ofAttempt,
      upstreamRequestId: upstreamId,
      upstreamMediaId: upstreamId.optional(),
      upstreamStatus: z.string(),
    }),
    UpstreamRequestAdopted: z.object({
      ...ofAttempt,
      upstreamRequestId: upstreamId,
      reason: z.enum(['FOUND_AFTER_UNCERTAIN', 'CONFLICT', 'IMPORT', 'PREEXISTING']),
      foreignRequester: z.boolean(),
    }),
    HandoverDeferred: z.object({
      ...ofAttempt,
      cause,
      certainty: z.enum(['NOT_SENT', 'UNKNOWN']),
      retryAt: when,
      detail: z.string().optional(),
    }),
    HandoverRejected: z.object({
      ...ofAttempt,
      code: z.enum(['UPSTREAM_QUOTA', 'UPSTREAM_PERMISSION', 'BLOCKLISTED', 'NO_SUCH_TITLE', 'INVALID']),
      detail: z.string(),
    }),
    MediaRequestRetried: z.object({ ...ofRequest, by: z.string() }),
    UpstreamDecisionObserved: z.object({ ...observation, decision: z.enum(['DECLINED']) }),
    MediaProcessingObserved: z.object(observation),
    MediaBecameAvailable: z.object({ ...observation, plexUrl: z.string().optional() }),
    FulfilmentFailed: z.object({
      ...observation,
      stage: z.enum(['DOWNLOAD_CLIENT']),
      detail: z.string(),
      retryable: z.boolean(),
    }),
    DuplicateUpstreamDetected: z.object({ ...observation, upstreamRequestIds: z.array(upstreamId) }),
    DuplicateUpstreamResolved: z.object(observation),
  };

export const mediaRequestCodecs = codecsOf(schemas);
