import type { FailureKind, UpstreamFailure } from '../../mechanisms/http';
import type { LoginAnswer } from './shapes';
import { acknowledgement, failed, loginAnswer, readAs } from './shapes';

export interface LoginParts {
  user: string;
  password: string;
  clock: () => number;
  times?: LoginTimes;
}

/** Uptime Kuma takes 20 logins a minute from the whole world, right ones included: its owner must find some left. */
export interface LoginTimes {
  /** Shortest time between two logins with the password. */
  leastMs: number;
  /** After it was refused: only a person can change that. */
  refusedMs: number;
  /** After "too frequently": its window is 60 s. */
  limitedMs: number;
}
const TIMES: LoginTimes = { leastMs: 5_000, refusedMs: 300_000, limitedMs: 65_000 };

type Emit = (event: string, ...args: unknown[]) => Promise<unknown>;

/** How to get in, over all connections of a process: by password once, then by the token that it gave. */
export interface Login {
  /** Throws UpstreamFailure; with `waitMs` on it when only a later try makes sense. */
  enter(emit: Emit): Promise<void>;
}

const BAD_TOKEN = /^(authInvalidToken|authUserInactiveOrDeleted|Invalid token\.?)$/i;
const BAD_PASSWORD = /^(authIncorrectCreds|Incorrect username or password\.?)$/i;
const LIMITED = /too frequently/i;

export function createLogin({ user, password, clock, times = TIMES }: LoginParts): Login {
  let token: string | undefined;
  let notBefore = -Infinity;
  let refusal: UpstreamFailure | undefined;

  function refuse(waitMs: number, failure: FailureKind, what: string): never {
    notBefore = clock() + waitMs;
    refusal = failed(failure, what, waitMs);
    throw refusal;
  }

  /** False: it is not taken any more, because the password changed or the server forgot its secret. */
  async function byToken(emit: Emit, known: string): Promise<boolean> {
    const { ok, msg } = readAs(acknowledgement, await emit('loginByToken', known), 'the answer to a login');
    if (ok) return true;
    if (typeof msg === 'string' && BAD_TOKEN.test(msg)) return false;
    throw failed('UPSTREAM_5XX', 'refused the login for a reason that we do not know');
  }

  async function byPassword(emit: Emit): Promise<string> {
    const wait = notBefore - clock();
    if (wait > 0)
      throw failed(refusal?.failure ?? 'RATE_LIMITED', refusal ? reasonOf(refusal) : 'asks for patience', wait);
    refusal = undefined;
    notBefore = clock() + times.leastMs; // also when no answer comes: it counts there all the same
    const said = await emit('login', { username: user, password, token: '' });
    const { data: answer } = loginAnswer.safeParse(said);
    if (answer && 'token' in answer && answer.ok && answer.token !== undefined) return answer.token;
    refuse(...refusalOf(answer, times));
  }

  return {
    async enter(emit) {
      if (token !== undefined && (await byToken(emit, token))) return;
      token = undefined;
      token = await byPassword(emit);
    },
  };
}

const reasonOf = ({ message }: UpstreamFailure): string => message.replace(/^uptime-kuma: /, '');

/** What an answer that lets nobody in means, and how long it makes no sense to ask again. */
function refusalOf(answer: LoginAnswer | undefined, times: LoginTimes): [waitMs: number, FailureKind, what: string] {
  if (!answer) return [times.limitedMs, 'WRONG_SHAPE', 'answers a login in a way that we do not know'];
  if ('tokenRequired' in answer) {
    return [times.refusedMs, 'UNAUTHORIZED', 'wants a second factor from this user: give us one without'];
  }
  const reason = typeof answer.msg === 'string' ? answer.msg : '';
  if (LIMITED.test(reason)) return [times.limitedMs, 'RATE_LIMITED', 'has had too many logins; we wait'];
  if (BAD_PASSWORD.test(reason) || BAD_TOKEN.test(reason)) {
    return [times.refusedMs, 'UNAUTHORIZED', 'does not take this user and password'];
  }
  return [times.limitedMs, 'UPSTREAM_5XX', 'refused the login for a reason that we do not know'];
}
