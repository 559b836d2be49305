import { UpstreamFailure } from '../http';
import type { FailureKind } from '../http';

/** What socket.io-client hangs on an error of its transport: the event or the error of the WebSocket below. */
interface TransportTrouble {
  message?: string;
  description?: unknown;
  context?: unknown;
}

const STATUS = /Unexpected server response: (\d{3})/;
/** What the WebSocket says of a peer that does not speak its language, or that says more than we read. */
const NOT_A_SOCKET = /^(WS_ERR_|HPE_|ERR_HTTP_|EPROTO$)/;

/** Why a connection could not be made, or was lost: in the words of every other upstream. */
export function failureOfSocket(upstream: string, trouble: unknown): UpstreamFailure {
  const [failure, what, status] = kindOf(trouble as TransportTrouble);
  return new UpstreamFailure(`${upstream}: ${what}`, {
    upstream,
    failure,
    certainty: 'UNKNOWN',
    ...(status === undefined ? {} : { status }),
  });
}

function kindOf(trouble: TransportTrouble): [FailureKind, string, number?] {
  const { message = '', code } = deepest(trouble);
  const status = STATUS.exec(message)?.[1];
  if (status !== undefined) return ofStatus(Number(status));
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return ['WRONG_SHAPE', 'sent a message that is longer than we read'];
  if (NOT_A_SOCKET.test(code ?? '')) return ['WRONG_SHAPE', `what answers speaks no WebSocket (${code})`];
  if (message === 'timeout' || code === 'ETIMEDOUT') return ['TIMEOUT', 'did not answer in time'];
  if (/parse error|server error/.test(message))
    return ['WRONG_SHAPE', `what answers speaks another language (${message})`];
  return ['UNREACHABLE', `cannot be reached (${code ?? (message || 'no reason given')})`];
}

/** An HTTP answer in the place of a WebSocket: mostly something else that listens there, or a proxy before a service that is away. */
function ofStatus(status: number): [FailureKind, string, number] {
  const what = `answered ${status} where a WebSocket was asked for`;
  if (status === 401 || status === 403) return ['UNAUTHORIZED', what, status];
  if (status === 429) return ['RATE_LIMITED', what, status];
  return [status >= 500 ? 'UPSTREAM_5XX' : 'WRONG_SHAPE', what, status];
}

/** The innermost error: the outer ones only say that something was wrong. */
function deepest(trouble: TransportTrouble): { message?: string; code?: string } {
  let found: { message?: string; code?: string } = { message: trouble.message };
  let next: unknown = trouble;
  for (let depth = 0; depth < 5 && typeof next === 'object' && next !== null; depth++) {
    const { message, code, description, error } = next as Record<string, unknown>;
    if (typeof message === 'string' && message !== '') found = { ...found, message };
    if (typeof code === 'string') found = { ...found, code };
    next = description ?? error;
  }
  return found;
}
