import type { MonitorObject } from './monitor';
import type { Condition } from './seed';
import { Status } from './seed';

/** A check as the server's database keeps it, and as `heartbeatList` sends it. */
export interface BeatRow {
  id: number;
  important: 0 | 1;
  monitor_id: number;
  status: Status;
  msg: string;
  time: string;
  ping: number | null;
  duration: number;
  down_count: 0;
  end_time: string;
  retries: number;
  response: null;
}

export interface Beat {
  row: BeatRow;
  /** As the live event sends it: what was not measured is left out. */
  live: object;
}

export interface BeatBook {
  /** A check of the monitor's own. */
  check(monitor: MonitorObject, condition: Condition): Beat;
  /** A report to a push monitor: as it was sent, the missing time included. */
  push(monitor: MonitorObject, condition: Condition): Beat;
  /** The last 100, oldest first. */
  rows(monitorId: number): BeatRow[];
  /** The averages of one as they are sent: in the burst with its id as a text, live as a number. */
  stats(monitorId: number, as: string | number): [event: string, ...args: unknown[]][];
  forget(monitorId: number): void;
}

const KEPT = 100;

interface Book {
  rows: BeatRow[];
  counts: { up: number; all: number; pingSum: number; pings: number };
}

/** Worth an event there: the first beat, up and down, into and out of maintenance; never from or to pending, but for down after it. */
export function isImportant(before: Status | undefined, now: Status): boolean {
  const { UP, DOWN, PENDING, MAINTENANCE } = Status;
  if (before === undefined) return true;
  if (before === now || now === PENDING) return false;
  if (before === PENDING) return now === DOWN;
  return [UP, DOWN, MAINTENANCE].includes(before as never);
}

export function createBeatBook(clock: () => Date): BeatBook {
  const books = new Map<number, Book>();
  let lastId = 0;
  let lastTime = 0;

  const bookOf = (monitorId: number): Book => {
    const book = books.get(monitorId) ?? { rows: [], counts: { up: 0, all: 0, pingSum: 0, pings: 0 } };
    books.set(monitorId, book);
    return book;
  };
  /** No two at one time: beats are told apart by it. */
  const nextTime = (): string => {
    lastTime = Math.max(clock().getTime(), lastTime + 1);
    return new Date(lastTime).toISOString().replace('T', ' ').replace('Z', '');
  };

  function record(monitor: MonitorObject, condition: Condition, facts: { duration: number; retries: number }): BeatRow {
    const { rows, counts } = bookOf(monitor.id);
    const { status, msg, ping } = condition;
    const time = nextTime();
    const important = isImportant(rows.at(-1)?.status, status) ? 1 : 0;
    lastId += 1;
    const same = { id: lastId, important, monitor_id: monitor.id, status, msg, time, ping } as const;
    const row: BeatRow = { ...same, ...facts, down_count: 0, end_time: time, response: null };
    rows.push(row);
    rows.splice(0, rows.length - KEPT);
    if (status !== Status.MAINTENANCE) counts.all += 1;
    if (status === Status.UP) counts.up += 1;
    if (status === Status.UP && ping !== null)
      Object.assign(counts, { pingSum: counts.pingSum + ping, pings: counts.pings + 1 });
    return row;
  }
  const liveOf = ({ monitor_id: monitorID, status, time, msg, important, retries }: BeatRow) => ({
    ...{ monitorID, status, time, msg, important: important === 1, retries },
  });

  return {
    check(monitor, condition) {
      const before = bookOf(monitor.id).rows.at(-1);
      const failures = condition.status === Status.DOWN ? (before?.retries ?? 0) + 1 : 0;
      const isRetried = failures > 0 && failures <= monitor.maxretries && before?.status !== Status.DOWN;
      const found = isRetried ? { ...condition, status: Status.PENDING } : condition;
      const row = record(monitor, found, { duration: 0, retries: failures });
      return { row, live: { ...liveOf(row), ...(row.ping === null ? {} : { ping: row.ping }) } };
    },
    push(monitor, condition) {
      const before = bookOf(monitor.id).rows.at(-1);
      const sinceMs = before ? clock().getTime() - Date.parse(`${before.time.replace(' ', 'T')}Z`) : 0;
      const row = record(monitor, condition, { duration: Math.floor(Math.max(0, sinceMs) / 1000), retries: 0 });
      return { row, live: { ...liveOf(row), ping: row.ping, duration: row.duration } };
    },
    rows: (monitorId) => bookOf(monitorId).rows,
    stats(monitorId, as) {
      const { up, all, pingSum, pings } = bookOf(monitorId).counts;
      const avgPing = pings === 0 ? null : Math.round((pingSum / pings) * 100) / 100;
      const uptime = all === 0 ? 0 : up / all; // 0 also stands for "no data"
      const periods = [24, 720, '1y'].map((period): [string, ...unknown[]] => ['uptime', as, period, uptime]);
      return [['avgPing', as, avgPing], ...periods];
    },
    forget: (monitorId) => void books.delete(monitorId),
  };
}
