import { excerpt, UpstreamFailure } from '../../mechanisms/http';
import type { HttpAnswer, HttpClient } from '../../mechanisms/http';
import type { CreateOutcome, NewRequest } from './overseerr';
import { createdRequest } from './shapes';
import type { Translation } from './translate';

type Code = Extract<CreateOutcome, { kind: 'REJECTED' }>['code'];
type Failed = Extract<CreateOutcome, { kind: 'FAILED' }>;

interface CreateParts extends Pick<Translation, 'toRequest'> {
  http: HttpClient;
}

/** Asks the upstream once for the title and says what became of it. */
export async function createRequest({ http, toRequest }: CreateParts, input: NewRequest): Promise<CreateOutcome> {
  const complaint = complaintAbout(input);
  if (complaint) return rejected('INVALID', complaint);
  try {
    const answer = await http.request({
      method: 'POST',
      path: '/api/v1/request',
      body: bodyOf(input),
      answers: [400, 401, 403, 404, 409, 500],
    });
    return answer.status === 201 ? created(answer, toRequest) : outcomeOf(answer, input);
  } catch (error) {
    if (error instanceof UpstreamFailure) return failedCall(error);
    throw error;
  }
}

/** Some wrong ids crash the upstream, others it answers with a 500 that looks like an outage: they stay here. */
function complaintAbout({ type, tmdbId, userId, seasons }: NewRequest): string | undefined {
  if (!isId(tmdbId)) return 'the TMDB id is no positive integer';
  if (userId !== undefined && !isId(userId)) return 'the upstream user id is no positive integer';
  if (type === 'TV' && !seasons?.length) return 'a series needs its seasons named';
  if (seasons?.some((season) => !Number.isSafeInteger(season) || season < 0)) return 'a season number is no integer';
  return undefined;
}

const isId = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

function bodyOf({ type, tmdbId, is4k, userId, seasons }: NewRequest): object {
  return {
    mediaType: type === 'MOVIE' ? 'movie' : 'tv',
    mediaId: tmdbId,
    // Left out, the upstream's duplicate check matches nothing and a second request is made.
    is4k,
    ...(type === 'TV' && { seasons }),
    ...(userId !== undefined && { userId }),
  };
}

function outcomeOf(answer: HttpAnswer, { userId }: NewRequest): CreateOutcome {
  const message = messageIn(answer);
  const words = excerpt(message ?? answer.text);
  switch (answer.status) {
    case 202:
      return { kind: 'NOTHING_TO_REQUEST' };
    case 409:
      return { kind: 'CONFLICT' };
    case 401:
      return failed('UNAUTHORIZED', 'NOT_SENT', words);
    case 403:
      return refused(words);
    case 500:
      return stumbled(words, userId);
  }
  const code = message === undefined ? undefined : verdictOf(answer.status);
  return code ? rejected(code, words) : failed('UPSTREAM_5XX', 'UNKNOWN', `answered ${answer.status}: ${words}`);
}

/** Only in the upstream's own words: a 404 or 400 without a message comes from a proxy, and is no verdict on the request. */
function verdictOf(status: number): Code | undefined {
  if (status === 400) return 'INVALID';
  return status === 404 ? 'NO_SUCH_TITLE' : undefined;
}

/** User and title are looked up before anything is stored; what fails later (tags in Radarr, the database) may have stored it. */
function stumbled(words: string, userId?: number): CreateOutcome {
  if (/^Could not find any entity of type "User"/.test(words))
    return rejected('UPSTREAM_PERMISSION', `It has no user ${userId}: correct UPSTREAM_USERS.`);
  const ofTmdb = /^\[TMDB\] Failed to fetch (movie|TV show) details/.test(words);
  if (ofTmdb && words.endsWith('status code 404')) return rejected('NO_SUCH_TITLE', words);
  return failed('UPSTREAM_5XX', ofTmdb ? 'NOT_SENT' : 'UNKNOWN', `answered 500: ${words}`);
}

function created(answer: HttpAnswer, toRequest: Translation['toRequest']): CreateOutcome {
  const parsed = createdRequest.safeParse(answer.body);
  if (!parsed.success) return failed('UPSTREAM_5XX', 'UNKNOWN', 'answered 201 without a request that we understand');
  return { kind: 'CREATED', request: toRequest(parsed.data), mediaId: parsed.data.media?.id ?? null };
}

/** The reasons differ only in their English words. All are given before anything is stored. */
function refused(words: string): CreateOutcome {
  if (/quota exceeded/i.test(words)) return rejected('UPSTREAM_QUOTA', words);
  if (/blocklist|blacklist/i.test(words)) return rejected('BLOCKLISTED', words);
  if (/permission to (make|modify)/i.test(words)) return rejected('UPSTREAM_PERMISSION', words);
  // "access this endpoint" (wrong key), "invalid csrf token", a proxy's sign-in page: the operator's to mend.
  return failed('UNAUTHORIZED', 'NOT_SENT', words);
}

/** The upstream has three shapes of errors; `message` or `error` is in each. */
function messageIn({ body }: HttpAnswer): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { message, error } = body as { message?: unknown; error?: unknown };
  return [message, error].find((words) => typeof words === 'string');
}

function failedCall({ failure, certainty, message, retryAfterMs }: UpstreamFailure): Failed {
  return { ...failed(causeOf(failure), certainty, message), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function causeOf(failure: UpstreamFailure['failure']): Failed['cause'] {
  if (failure === 'OVERLOADED') return 'RATE_LIMITED';
  return failure === 'WRONG_SHAPE' ? 'UPSTREAM_5XX' : failure;
}

const failed = (cause: Failed['cause'], certainty: Failed['certainty'], detail: string): Failed => ({
  kind: 'FAILED',
  cause,
  certainty,
  detail,
});

const rejected = (code: Code, detail: string): CreateOutcome => ({ kind: 'REJECTED', code, detail });
