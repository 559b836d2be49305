import type { Logger, Observer } from '../../mechanisms/observability';
import { createSocketClient } from '../../mechanisms/socket';
import { createConversation } from './conversation';
import type { LoginTimes } from './login';
import { createLogin } from './login';
import type { UptimeKumaClient } from './uptime-kuma';

export interface UptimeKumaOptions {
  url: string;
  user: string;
  password: string;
  /** Bounds each try to connect and each answer. */
  timeoutMs: number;
  /** The first wait before a connection is tried again. */
  backOffMs: number;
  loginTimes?: LoginTimes;
  observer?: Observer;
  log: Logger;
}

/** The list of all monitors is the longest message: some 4 KB a monitor. */
const LONGEST_MESSAGE = 32 * 1024 * 1024;
const LONGEST_WAIT_MS = 60_000;

export function createUptimeKumaClient(options: UptimeKumaOptions): UptimeKumaClient {
  const { url, user, password, timeoutMs, backOffMs, loginTimes, observer, log } = options;
  const clock = () => performance.now();
  const socket = createSocketClient({
    name: 'uptime-kuma',
    url,
    timeoutMs,
    maxMessageBytes: LONGEST_MESSAGE,
    backOff: { firstMs: backOffMs, mostMs: Math.max(LONGEST_WAIT_MS, backOffMs) },
    ...(observer && { observer }),
    log,
  });
  const login = createLogin({ user, password, clock, ...(loginTimes ? { times: loginTimes } : {}) });
  return createConversation({ socket, login, timeoutMs, clock, log });
}
