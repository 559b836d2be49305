import type { EventStore } from '../event-store';
import { NO_STREAM } from '../event-store';
import type { StoredEvent } from '../event';
import type { Connection } from './connection';
import { isStreamMissing, toReadFailure } from './failures';
import { createLogTail } from './log-tail';
import type { Page, PageQuery } from './pages';
import { collect, ours, readPage } from './pages';

const PAGE = 1_000;
const STEP_BACK = 16;

export type Reading = Pick<EventStore, 'readStream' | 'readAll' | 'head'>;

export function createReading(connection: Connection): Reading {
  const tail = createLogTail();
  const page = (query: PageQuery): Promise<Page> =>
    readPage(connection, query).catch((error: unknown) => {
      tail.forget();
      throw error;
    });

  return {
    async readStream(streamId) {
      const read = { ...connection.options, direction: 'forwards', fromRevision: 'start' } as const;
      try {
        const events = ours(
          await connection.run((client, signal) => collect(client.readStream(streamId, read), signal)),
        );
        return { version: events.at(-1)?.streamVersion ?? NO_STREAM, events };
      } catch (error) {
        if (isStreamMissing(error)) return { version: NO_STREAM, events: [] };
        throw toReadFailure(error);
      }
    },

    async readAll(after, limit) {
      const events: StoredEvent[] = [];
      const begin = tail.skip(after);
      let from = begin;
      let last: bigint | undefined;
      let count = Math.min(limit, PAGE) + 1; // the position itself is read again
      while (events.length < limit) {
        const found = await page({ direction: 'forwards', from: from === 0n ? 'start' : from, count });
        addAbove(events, found.events, after);
        last = found.events.at(-1)?.globalPosition ?? last; // also one that was had before
        from = found.last ?? from;
        // Those that are missing, and no more, for they may be large.
        count = 2 * found.events.length < count ? wider(count) : Math.min(limit - events.length, PAGE) + 1;
        if (!found.full) {
          tail.lookedOn({ last, from: begin, end: from });
          break;
        }
      }
      return events.slice(0, limit);
    },

    async head() {
      let end: bigint | undefined;
      let from: bigint | 'end' = 'end';
      for (let count = STEP_BACK; ; count = wider(count)) {
        const found: Page = await page({ direction: 'backwards', from, count });
        end ??= found.first ?? 0n;
        const downTo: bigint = found.full ? found.last! : 0n; // a full page is not empty
        const last = tail.lookedBack({ last: found.events[0]?.globalPosition, end, downTo });
        if (last !== undefined || downTo === 0n) return last ?? 0n;
        from = downTo;
      }
    },
  };
}

/** Where little of ours is found, steps grow. */
const wider = (count: number): number => Math.min(4 * count, PAGE);

/** Whatever comes: what is not above the last position was had before. */
function addAbove(events: StoredEvent[], found: StoredEvent[], after: bigint): void {
  for (const event of found) if (event.globalPosition > (events.at(-1)?.globalPosition ?? after)) events.push(event);
}
