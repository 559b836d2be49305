import type { Append, AppendAnswer } from './appending';

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
  join(waiting: WaitingAppend): void;
  /** Takes out what goes together: one append of a stream at most; whatever is first, however big. */
  nextBatch(): WaitingAppend[];
  /** Takes out what came at this time or before. */
  takeSince(time: number): WaitingAppend[];
}

const MAX_BATCH = 256;
const MAX_BATCH_SIZE = 1024 * 1024;

/** In the order of coming, but for the streams with several appends: after each such a stream goes to the end. */
export function createWaitingAppends(): WaitingAppends {
  const lines = new Map<string, WaitingAppend[]>();
  let count = 0;
  let size = 0;

  function takeOut(taken: WaitingAppend[]): WaitingAppend[] {
    for (const waiting of taken) {
      const { streamId } = waiting.append;
      const rest = lines.get(streamId)!.filter((other) => other !== waiting);
      lines.delete(streamId);
      if (rest.length > 0) lines.set(streamId, rest);
      count--;
      size -= waiting.size;
    }
    return taken;
  }

  return {
    count: () => count,
    size: () => size,
    join(waiting) {
      const line = lines.get(waiting.append.streamId);
      if (line) line.push(waiting);
      else lines.set(waiting.append.streamId, [waiting]);
      count++;
      size += waiting.size;
    },
    nextBatch() {
      const batch: WaitingAppend[] = [];
      let batchSize = 0;
      for (const line of lines.values()) {
        const first = line[0]!; // no line is empty
        batchSize += first.size;
        if (batch.length === MAX_BATCH || (batch.length > 0 && batchSize > MAX_BATCH_SIZE)) break;
        batch.push(first);
      }
      return takeOut(batch);
    },
    takeSince: (time) => takeOut([...lines.values()].flat().filter(({ since }) => since <= time)),
  };
}
