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

/** People at work, who try again when they are not answered, as anybody would: one reads, one writes, one watches. */
export async function startLoad({ reader, writer, watcher, id, input }: LoadParts) {
  const [reads, pushes] = [createPulse(), createPulse()];
  const heard: { type: string; requestId: string; position: string }[] = [];
  const closes: unknown[] = [];
  let stopped = false;
  let subscription: AsyncIterableIterator<unknown> | undefined;

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
  const watch = async () => {
    const last = heard.at(-1)?.position;
    const updates = watcher.subscribe(RequestUpdatedDocument, last ? { after: last } : {});
    subscription = updates;
    try {
      for await (const { requestUpdated } of updates) {
        const { change, position, request } = requestUpdated;
        heard.push({ type: change.type, requestId: request?.id ?? '', position });
        pushes.beat();
      }
    } catch (error) {
      closes.push((error as { status?: unknown }).status);
    }
  };
  const loops = [again(read, 50), again(write, 50), again(watch, 20)];
  return {
    reads,
    pushes,
    heard,
    /** What the watcher's sockets were closed with. */
    closes,
    async stop() {
      stopped = true;
      await subscription?.return?.();
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
