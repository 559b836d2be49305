import { setTimeout as pause } from 'node:timers/promises';
import { LeaveRequestDocument, RequestMediaDocument, RequestsDocument, RequestUpdatedDocument } from '../sdk';
import type { RequestMediaInput } from '../sdk';
import type { Person } from './testing';

/** When things happened, and how long at most nothing did. */
export interface Pulse {
  beat(): void;
  /** From a moment on until now, in milliseconds. */
  longestGap(since: number): number;
}

function createPulse(): Pulse {
  const beats: number[] = [];
  return {
    beat: () => void beats.push(Date.now()),
    longestGap(since) {
      const times = [since, ...beats.filter((at) => at > since), Date.now()];
      return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
    },
  };
}

export type Load = Awaited<ReturnType<typeof startLoad>>;

/** People at work: one reads, one writes, one watches; who is not answered tries again, as anybody would. */
export async function startLoad({ reader, writer, watcher, id, input }: LoadParts) {
  const [reads, pushes] = [createPulse(), createPulse()];
  const heard: { type: string; requestId: string; position: string }[] = [];
  let stopped = false;

  async function again(work: () => Promise<void>, everyMs: number): Promise<void> {
    while (!stopped) {
      await work().catch(() => undefined);
      await pause(everyMs);
    }
  }
  const read = async () => {
    await reader.execute(RequestsDocument, { first: 5 });
    reads.beat();
  };
  /** Comes and goes: each is a change that is pushed. */
  const write = async () => {
    await writer.execute(RequestMediaDocument, { input });
    await writer.execute(LeaveRequestDocument, { id });
  };
  /** The client goes on after its last position by itself. */
  const updates = watcher.subscribe(RequestUpdatedDocument, {});
  const watch = async () => {
    for await (const { requestUpdated } of updates) {
      const { change, position, request } = requestUpdated;
      heard.push({ type: change.type, requestId: request?.id ?? '', position });
      pushes.beat();
    }
  };
  const loops = [again(read, 50), again(write, 50), watch()];
  return {
    reads,
    pushes,
    heard,
    /** What the watcher's sockets were closed with. */
    closes: () => watcher.retried.map(({ status, message }) => ({ status, message })),
    async stop() {
      stopped = true;
      await updates.return?.();
      await Promise.all(loops);
    },
  };
}

export interface LoadParts {
  reader: Person;
  writer: Person;
  watcher: Person;
  /** A request of somebody else that the writer joins and leaves. */
  id: string;
  input: RequestMediaInput;
}
