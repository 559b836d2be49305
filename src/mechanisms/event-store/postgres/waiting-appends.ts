import type { Append } from '../written-event';
import type { AppendAnswer } from './appending';

/** An append, and who waits for its answer. */
export interface WaitingAppend {
  append: Append;
  /** Characters. */
  size: number;
  /** By `performance.now()`. */
  since: number;
  resolve(answer: AppendAnswer): void;
  reject(error: unknown): void;
}

export interface WaitingAppends {
  count(): number;
  size(): number;
  /** Streams of which one can go now. */
  ready(): number;
  join(waiting: WaitingAppend): void;
  /**
   * Takes out what goes together, at most so many: one append of a stream, and none of one that has another under way; whatever is first, however
   * big. Its streams are under way from now.
   */
  nextBatch(most: number): WaitingAppend[];
  /** The batch has its answers: its streams are free for their next. */
  settled(batch: WaitingAppend[]): void;
  /** Takes out what came at this time or before. */
  takeSince(time: number): WaitingAppend[];
}

const MAX_BATCH = 256;
const MAX_BATCH_SIZE = 1024 * 1024;

/** In the order of coming, but for the streams with several appends: after each such a stream goes to the end. */
export function createWaitingAppends(): WaitingAppends {
  const free = new Map<string, WaitingAppend[]>();
  /** What waits behind an append under way, by stream; empty for most. */
  const behind = new Map<string, WaitingAppend[]>();
  let count = 0;
  let size = 0;

  function forget(taken: WaitingAppend[]): WaitingAppend[] {
    for (const waiting of taken) {
      count--;
      size -= waiting.size;
    }
    return taken;
  }

  function takeLateOf(lines: Map<string, WaitingAppend[]>, time: number): WaitingAppend[] {
    return [...lines].flatMap(([streamId, line]) => {
      const rest = line.filter(({ since }) => since > time);
      if (rest.length === 0 && lines === free) free.delete(streamId);
      else lines.set(streamId, rest);
      return line.filter(({ since }) => since <= time);
    });
  }

  return {
    count: () => count,
    size: () => size,
    ready: () => free.size,
    join(waiting) {
      const { streamId } = waiting.append;
      const line = behind.get(streamId) ?? free.get(streamId);
      if (line) line.push(waiting);
      else free.set(streamId, [waiting]);
      count++;
      size += waiting.size;
    },
    nextBatch(most) {
      const batch: WaitingAppend[] = [];
      let batchSize = 0;
      for (const [streamId, [first, ...others]] of free) {
        batchSize += first!.size; // no line is empty
        if (batch.length === Math.min(most, MAX_BATCH) || (batch.length > 0 && batchSize > MAX_BATCH_SIZE)) break;
        batch.push(first!);
        free.delete(streamId);
        behind.set(streamId, others);
      }
      return forget(batch);
    },
    settled(batch) {
      for (const { append } of batch) {
        const next = behind.get(append.streamId)!;
        behind.delete(append.streamId);
        if (next.length > 0) free.set(append.streamId, next);
      }
    },
    takeSince: (time) => forget([...takeLateOf(free, time), ...takeLateOf(behind, time)]),
  };
}
