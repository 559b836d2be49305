/** A request or an event that reached the server. */
export interface ReceivedCall {
  at: string;
  /** `EMIT` for an event of a socket. */
  method: string;
  /** The event's name, or the path. */
  path: string;
  /** Of an event what HTTP would say: 200, 401, 429; 0 when it was not answered. */
  status: number;
}

export interface CallLog {
  append(call: Omit<ReceivedCall, 'at'>): void;
  /** Newest first. */
  newest(first: number): ReceivedCall[];
}

const KEPT = 10_000;

export function createCallLog(clock: () => Date): CallLog {
  const calls: ReceivedCall[] = [];
  return {
    append(call) {
      calls.push({ at: clock().toISOString(), ...call });
      calls.splice(0, calls.length - KEPT);
    },
    newest: (first) => calls.slice(Math.max(0, calls.length - first)).reverse(),
  };
}
