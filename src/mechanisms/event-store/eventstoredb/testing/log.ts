/** The log of the double: what 23.10.6 stores, refuses and takes twice, by the recorded rows of its contract (sections 1 to 3). */
export interface LogRecord {
  position: bigint;
  streamId: string;
  revision: bigint;
  id: string;
  type: string;
  contentType: string;
  data: Uint8Array;
  metadata: Uint8Array;
  createdMs: number;
}

export type Proposed = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type Expected = bigint | 'any' | 'no_stream' | 'stream_exists';

export type Outcome =
  | { kind: 'success'; revision: bigint | null; position: bigint | null }
  | { kind: 'wrong'; actual: bigint | null }
  | { kind: 'too big' };

export interface Log {
  append(streamId: string, expected: Expected, events: Proposed[]): Outcome;
  stream(streamId: string): readonly LogRecord[];
  records(): readonly LogRecord[];
  /** Where the next record will begin. */
  end(): bigint;
  onAppended(listener: (records: LogRecord[]) => void): () => void;
  /** What a process knows and a restarted one does not: the ids that appends with `any` are told by. */
  forgetIds(): void;
  /** As a restore of a backup does: everything from this position on is gone. */
  cut(position: bigint): void;
  /** Events of the server's own, as its statistics are. */
  writeStatistics(count: number): void;
}

const MAX_APPEND_BYTES = 1024 * 1024;
/** What stands around the bytes of an event; so that there are positions inside of records. */
const RECORD_BYTES = 142;
const text = new TextEncoder();

export function createLog(): Log {
  let records: LogRecord[] = [];
  let streams = new Map<string, LogRecord[]>();
  let end = 548n; // what a fresh server has written before its first event
  /** By id alone: the last stream that had it. */
  let known = new Map<string, LogRecord>();
  const listeners = new Set<(records: LogRecord[]) => void>();
  const stream = (streamId: string) => streams.get(streamId) ?? [];

  function store(streamId: string, events: Proposed[]): LogRecord[] {
    const written = events.map((event) => {
      const revision = BigInt(stream(streamId).length);
      const record = { ...event, streamId, revision, position: end, createdMs: Date.now() };
      end += BigInt(RECORD_BYTES + event.data.length + event.metadata.length);
      records.push(record);
      streams.set(streamId, [...stream(streamId), record]);
      known.set(event.id, record);
      return record;
    });
    for (const listener of [...listeners]) listener(written);
    return written;
  }

  /** The records that these ids have already, as far as the server looks. */
  function repeated(streamId: string, expected: Expected, events: Proposed[]): LogRecord[] | 'none' | 'mixed' {
    const present = events.map((event, index) => {
      const found =
        typeof expected === 'bigint' || expected === 'no_stream'
          ? stream(streamId)[Number(expected === 'no_stream' ? 0n : expected + 1n) + index]
          : known.get(event.id);
      return found?.id === event.id && found.streamId === streamId ? found : undefined;
    });
    if (events.length === 0 || !present[0]) return 'none';
    return present.every((record) => record !== undefined) ? present : 'mixed';
  }

  function isMet(expected: Expected, actual: bigint): boolean {
    if (expected === 'any') return true;
    if (expected === 'stream_exists') return actual >= 0n;
    return (expected === 'no_stream' ? -1n : expected) === actual;
  }

  writeSystem('$$$scavenges', '$metadata', { $maxAge: 2_592_000 });
  function writeSystem(streamId: string, type: string, data: object): void {
    const id = crypto.randomUUID();
    const bytes = text.encode(JSON.stringify(data));
    store(streamId, [{ id, type, contentType: 'application/json', data: bytes, metadata: new Uint8Array() }]);
  }

  /** Nothing, when these very events are to be stored. */
  function answerOf(streamId: string, expected: Expected, events: Proposed[]): Outcome | undefined {
    const last = BigInt(stream(streamId).length) - 1n;
    const wrong: Outcome = { kind: 'wrong', actual: last < 0n ? null : last };
    // The current revision is asked first: whoever says it is believed, whatever the ids.
    if (expected !== last) {
      const before = repeated(streamId, expected, events);
      if (before === 'mixed') return wrong;
      if (before !== 'none') return toSuccess(before.at(-1));
    }
    return isMet(expected, last) ? undefined : wrong;
  }

  return {
    append(streamId, expected, events) {
      if (events.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND_BYTES) return { kind: 'too big' };
      const last = stream(streamId).at(-1)?.revision ?? null;
      return answerOf(streamId, expected, events) ?? toSuccess(store(streamId, events).at(-1), last);
    },
    stream,
    records: () => records,
    end: () => end,
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    forgetIds: () => void (known = new Map()),
    cut(position) {
      records = records.filter((record) => record.position < position);
      streams = new Map();
      for (const record of records) streams.set(record.streamId, [...stream(record.streamId), record]);
      known = new Map();
      end = position;
    },
    writeStatistics(count) {
      for (let n = 0; n < count; n++) writeSystem('$stats-127.0.0.1:2113', '$statsCollected', { n });
    },
  };
}

/** An append of nothing answers where the stream stood before. */
function toSuccess(last: LogRecord | undefined, before: bigint | null = null): Outcome {
  return { kind: 'success', revision: last?.revision ?? before, position: last?.position ?? null };
}
