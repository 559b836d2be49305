import type { Fault, ReceivedCall } from '../host';
import { createFaults, listen, openRequestLog } from '../host';
import { createApi } from './api';
import { createArrivals } from './arrivals';
import type { Flavour } from './dialect';
import { dialects } from './dialect';
import type { AvailableTitle, TitleRequest } from './inspection';
import { availableTitles, plantRequest, requestsFor } from './inspection';
import type { Fulfilment } from './lifecycle';
import { householdSeed } from './seeds/household';
import { inventedMovies } from './seeds/invented-movies';
import { lab } from './seeds/lab';
import type { StateStore } from './state-file';
import { openState } from './state-file';
import { keepingTimes } from './times';
import type { OwnFault } from './titles';
import { createTitles } from './titles';

export type { TitleRequest } from './inspection';
export { FIRST_INVENTED_MOVIE } from './seeds/invented-movies';
export type { ReceivedCall };

export type OverseerrFault = Fault | OwnFault;

export interface OverseerrSimulatorOptions {
  /** `lab`: the state in which the recordings were made; `household`: the demo world. */
  seed: 'lab' | 'household';
  apiKey: string;
  /** Which product, as recorded: Seerr 3.1.0 or Overseerr 1.34.0. Default: SEERR. */
  flavour?: Flavour;
  /** Which installation it says it is. Default: always the same. */
  vapidPublic?: string;
  /** Default: one that the system chooses. */
  port?: number;
  /** Default: nothing outlives the process. The request log is a file beside it. */
  stateFile?: string;
  /** How long an approved request takes to arrive. Default: the household's own; in the lab nothing moves by itself. */
  availableAfterMs?: number;
  /** How many movies it knows beside those of its seed: `tmdbId` from 800,000,000 on. Default: none. */
  inventedMovies?: number;
  clock?: () => Date;
}

export interface OverseerrSimulator {
  readonly url: string;
  readonly port: number;
  /** From now on; `delayMs` is for SLOW. Resolves when the fault is in force (or, for NONE after DOWN, when the port is open again). */
  setFault(fault: OverseerrFault, delayMs?: number): Promise<void>;
  /** What the simulator received, newest first: the judge of "exactly once". */
  calls(first?: number): ReceivedCall[];
  /** The movie's or the series' requests in the simulator's own state, oldest first, faults or not. */
  requestsFor(tmdbId: number): TitleRequest[];
  /** What can be watched: the household's, and what arrived since. */
  available(): AvailableTitle[];
  /** A request that no check of the API would stop, such as the second one of a lost race; with `seasons` for a series. Returns its id. */
  plantRequest(tmdbId: number, userId: number, seasons?: number[]): number;
  close(): Promise<void>;
}

const seeds = { lab, household: householdSeed };

/** What it remembers, and by which rules it lives. */
function openWorld(options: OverseerrSimulatorOptions) {
  const { stateFile, flavour = 'SEERR', clock: now = () => new Date() } = options;
  const seed = seeds[options.seed];
  const dialect = dialects[flavour];
  const { availableAfterMs = seed.availableAfterMs } = options;
  const fulfilment = (): Fulfilment => ({ now: now(), availableAfterMs, completes: dialect.completes });
  const rows = openState({ file: stateFile, seed: seed.name, initial: () => seed.initialState(now()) });
  const store = dialect.keepsTimes ? keepingTimes(rows, now) : rows;
  const movies = [...seed.catalogue.movies, ...inventedMovies(options.inventedMovies ?? 0)];
  return { now, catalogue: { ...seed.catalogue, movies }, dialect, fulfilment, store };
}

/** Seerr 3.1.0 or Overseerr 1.34.0, as recorded, on 127.0.0.1. Its state is its own and goes on where it stopped when the same file is given again. */
export async function startOverseerrSimulator(options: OverseerrSimulatorOptions): Promise<OverseerrSimulator> {
  const { apiKey, port = 0, stateFile, vapidPublic = 'a simulator pushes nothing' } = options;
  const { now, catalogue, dialect, fulfilment, store } = openWorld(options);
  const log = openRequestLog(stateFile && `${stateFile.replace(/\.json$/, '')}.requests.ndjson`);
  const faults = createFaults<OwnFault>();
  const titles = createTitles(catalogue, () => faults.current() === 'TMDB_DOWN');
  const arrivals = createArrivals(store, catalogue, fulfilment);
  const change: StateStore['change'] = (work) => {
    const result = store.change(work);
    arrivals.schedule();
    return result;
  };

  const changing = { ...store, change };
  const api = await createApi({
    apiKey,
    installation: { vapidPublic, dialect },
    store: changing,
    titles,
    faults,
    log,
    now,
    fulfilment,
    settle: arrivals.settle,
    die,
  });
  const listener = await listen(port, (request, response) => api.routing(request, response));
  arrivals.schedule();

  function goDown(): Promise<void> {
    faults.interrupt();
    return listener.close();
  }
  function die(): void {
    faults.set('DOWN', 0);
    void goDown();
  }
  return {
    url: listener.url,
    port: listener.port,
    async setFault(fault, delayMs = 0) {
      faults.set(fault, delayMs);
      await (fault === 'DOWN' ? goDown() : listener.open());
    },
    calls: (first = 50) => log.newest(first),
    requestsFor(tmdbId) {
      arrivals.settle();
      return requestsFor(store.current(), tmdbId);
    },
    available() {
      arrivals.settle();
      return availableTitles(store.current());
    },
    plantRequest: (tmdbId, userId, seasons) =>
      change((state) => plantRequest({ state, fulfilment: fulfilment() }, catalogue, { tmdbId, userId, seasons })),
    async close() {
      arrivals.stop();
      await goDown();
      await api.close();
    },
  };
}
