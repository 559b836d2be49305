import type { ServerResponse } from 'node:http';

/** One response that stays open: what is written on it, and what waits for it. */
export interface EventStream {
  /** Operations at work on it. */
  running: number;
  /** Nobody reads it any more: what starts now must end at once. */
  ended: boolean;
  /** Remembers the position of the event that is printed next; the order of printing is the order of writing. */
  announce(position: string | undefined): void;
  /** Resolves when the reader can take more: a slow one slows its own subscriptions down. */
  writable(): Promise<void>;
  /** Writes the messages until they or the response end. */
  write(response: ServerResponse, messages: AsyncGenerator<string>): Promise<void>;
  /** Ends the response as if it were cut: a client that is owed more comes again. */
  cut(): void;
}

const CUT_MS = 2_000;

export function createEventStream(): EventStream {
  const positions: (string | undefined)[] = [];
  let response: ServerResponse | undefined;
  let opened = (): void => undefined;
  const opening = new Promise<void>((resolve) => (opened = resolve));

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const stream = response;
      if (!stream?.writableNeedDrain || stream.closed) return resolve();
      const done = (): void => {
        stream.off('drain', done).off('close', done);
        resolve();
      };
      stream.once('drain', done).once('close', done);
    });
  }

  const eventStream: EventStream = {
    running: 0,
    ended: false,
    announce: (position) => void positions.push(position),
    async writable() {
      await opening;
      await drained();
    },
    async write(to, messages) {
      response = to;
      opened();
      to.once('close', () => {
        eventStream.ended = true;
        void messages.return(undefined);
      });
      for await (const message of messages) {
        if (to.writableEnded || to.closed) break;
        const position = message.startsWith('event: next') ? positions.shift() : undefined;
        to.write(position === undefined ? message : `id: ${position}\n${message}`);
        await drained();
      }
      to.end();
    },
    cut() {
      eventStream.ended = true;
      opened();
      const stream = response;
      if (!stream || stream.closed) return;
      stream.end(() => stream.socket?.destroySoon());
      setTimeout(() => stream.destroy(), CUT_MS).unref(); // who does not read does not let it end
    },
  };
  return eventStream;
}
