import type { EventStore } from '../../mechanisms/event-store';
import { InvalidInput, NotFound, StaleRead } from '../../mechanisms/errors';
import type { HandoverQueries } from './loaders';
import type { Answer, Asking, RequestOutcome, UserCommands } from './media-request/commands';
import type { Quality } from './media-request/events';
import { REQUEST_VIEW } from './request-view.read-model';

/** What our own memory says of a title: a fact of others, never waited for. */
export interface RememberedTitle {
  title: string | null;
  year: number | null;
  posterPath: string | null;
  availability: string;
  availability4k: string;
  plexUrl: string | null;
  observedAt: Date;
}

export interface RequestCommandParts {
  commands: UserCommands;
  queries: Pick<HandoverQueries, 'byId'>;
  store: Pick<EventStore, 'head'>;
  /** Resolves to false when the projection did not get there in time. */
  waitFor(projection: string, position: bigint): Promise<boolean>;
  remembered(title: { type: 'MOVIE' | 'TV'; tmdbId: number }): Promise<RememberedTitle | null>;
  connectionId: string;
  /** Throws Conflict where no request service is set up: nobody would ever take the request. */
  ensureConnected(connectionId: string): void;
}

export interface Wanted {
  type: 'MOVIE' | 'TV';
  tmdbId: number;
  quality: Quality;
  seasons?: number[] | null;
}

function checked({ type, tmdbId, seasons }: Wanted): void {
  if (tmdbId < 1) throw new InvalidInput(`a tmdbId is a positive number, not ${tmdbId}`, ['input', 'title', 'tmdbId']);
  if (type === 'TV') {
    throw new InvalidInput('Series cannot be requested yet; films can.', ['input', 'title', 'type'], 'TV_NOT_YET');
  }
  if (seasons) throw new InvalidInput('A film has no seasons; leave them out.', ['input', 'seasons']);
}

/** Gathers what a command needs to know, and finds the stream of a request. */
export function createRequestCommands({
  commands,
  queries,
  store,
  waitFor,
  remembered,
  connectionId,
  ensureConnected,
}: RequestCommandParts) {
  /** A request made a moment ago may not be in the view yet: then the view is waited for, so that "not found" is the truth. */
  async function find(requestId: string): Promise<{ streamId: string; requestId: string }> {
    const row = (await queries.byId(requestId)) ?? (await afterCatchUp(requestId));
    if (!row) throw new NotFound(`There is no request ${requestId}.`);
    return { streamId: row.streamId, requestId };
  }

  async function afterCatchUp(requestId: string) {
    const head = await store.head();
    if (!(await waitFor(REQUEST_VIEW, head)))
      throw new StaleRead('The view of requests is behind; try again in a moment.');
    return queries.byId(requestId);
  }

  return {
    /** Where a request lives; throws NotFound. */
    locate: find,

    async requestMedia(wanted: Wanted, asking: Asking): Promise<Answer & { outcome: RequestOutcome }> {
      checked(wanted);
      ensureConnected(connectionId);
      const { type, tmdbId, quality } = wanted;
      const known = await remembered({ type, tmdbId });
      const available = (quality === 'UHD_4K' ? known?.availability4k : known?.availability) === 'AVAILABLE';
      const input = {
        mediaType: type,
        tmdbId,
        quality,
        connectionId,
        title: {
          ...(known?.title ? { title: known.title } : {}),
          ...(known?.year ? { year: known.year } : {}),
          ...(known?.posterPath ? { posterPath: known.posterPath } : {}),
        },
        availability: known && { available, observedAt: known.observedAt.toISOString(), plexUrl: known.plexUrl },
      };
      return commands.requestMedia(input, asking);
    },

    async leaveRequest(requestId: string, asking: Asking): Promise<Answer> {
      return commands.leaveRequest(await find(requestId), asking);
    },

    async retryRequest(requestId: string, asking: Asking & { mayDecide: boolean }): Promise<Answer> {
      return commands.retryRequest({ ...(await find(requestId)), mayDecide: asking.mayDecide }, asking);
    },
  };
}
export type RequestCommands = ReturnType<typeof createRequestCommands>;
