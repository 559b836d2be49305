import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolConfig } from 'pg';
import { Client } from 'pg';

/** A bell between processes: LISTEN and NOTIFY on a connection of its own. May be lost, as when the connection is; who listens polls as a net. */
export interface Channel {
  /** Rings at the others, with this message. Many calls within some milliseconds are one, with the last message. */
  ring(message?: string): void;
  close(): void;
}

/**
 * NOTIFY takes a lock of the whole cluster to its commit: not for each of many, and never in a transaction that somebody waits for. Subscribers
 * elsewhere wait for the gap, too: it is shorter than the time between two changes as people make them. Where many come in one gap the next is
 * longer, for a ring costs each process that hears it a wake-up.
 */
const GAP_MS = 2;
const LONGEST_GAP_MS = 16;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** A lost ring is allowed, a wait for the disk is not. For this statement alone: behind a pooler the session may be somebody else's next. */
const RING = `select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

/** `onRing`: another process rang, with its message; or may have while we were not connected: without one. */
export function createChannel(config: PoolConfig, name: string, onRing: (message?: string) => void): Channel {
  const me = randomUUID();
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve()));
  let listening: Client | undefined;
  let due: (() => void) | undefined;
  let waiting = 0;
  let message = '';
  let gap = GAP_MS;
  let sent = 0;
  let missed = false;

  async function listen(): Promise<void> {
    const client = new Client(config);
    const ended = endOf(client); // the loop below connects again
    client.on('notification', ({ payload = '' }) => {
      if (!payload.startsWith(me)) onRing(payload.slice(me.length + 1) || undefined);
    });
    try {
      await client.connect();
      await client.query(`listen ${name}`);
      listening = client;
      if (missed) onRing();
      missed = true; // from the end of this connection to the next
      await Promise.race([ended, closed]);
    } finally {
      listening = undefined;
      void client.end().catch(() => undefined); // a server that froze would not answer
    }
  }

  async function send(): Promise<void> {
    gap = Math.min(LONGEST_GAP_MS, waiting * GAP_MS);
    waiting = 0;
    sent = performance.now();
    const client = listening;
    await client?.query(RING, [name, `${me} ${message}`]).catch(() => client.end()); // without an answer nothing is heard there either
    due = undefined;
    if (waiting > 0) schedule();
  }

  function schedule(): void {
    if (closing.signal.aborted) return;
    due ??= after(sent + gap - performance.now(), () => void send().catch(() => undefined));
  }

  void again(listen, closing.signal);
  return {
    ring(said = '') {
      message = said;
      waiting++;
      schedule();
    },
    close() {
      due?.();
      closing.abort();
    },
  };
}

/** Whenever it ends, and however, after a pause that grows while it ends soon. */
async function again(listen: () => Promise<void>, closing: AbortSignal): Promise<void> {
  for (let wait = FIRST_PAUSE_MS; !closing.aborted; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    const since = Date.now();
    await listen().catch(() => undefined); // the pools tell of an outage
    if (Date.now() - since > LONGEST_PAUSE_MS) wait = FIRST_PAUSE_MS;
    await pause(wait, undefined, { signal: closing, ref: false }).catch(() => undefined);
  }
}

/** Calls it then, at the end of this turn when that is now: a timer would take another millisecond. Returns the undo. */
function after(ms: number, call: () => void): () => void {
  if (ms <= 0) {
    const immediate = setImmediate(call);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

function endOf(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.on('error', () => resolve());
    client.on('end', resolve);
  });
}
