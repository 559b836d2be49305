import type { Fulfilment } from './lifecycle';
import { hasDue, settleDue } from './lifecycle';
import type { StateStore } from './state-file';
import type { Catalogue } from './titles';

export interface Arrivals {
  /** Lets arrive what is due. */
  settle(): void;
  /** Looks when the next moment comes, so that the state moves though nobody asks. */
  schedule(): void;
  stop(): void;
}

/** The moments at which requested media becomes available. They live in the state, so a restart neither loses nor repeats them. */
export function createArrivals(store: StateStore, catalogue: Catalogue, fulfilment: () => Fulfilment): Arrivals {
  let timer: NodeJS.Timeout | undefined;
  const seasonsOf = (tmdbId: number): number[] =>
    (catalogue.shows.find((show) => show.tmdbId === tmdbId)?.seasons ?? [])
      .map(({ seasonNumber }) => seasonNumber)
      .filter((seasonNumber) => seasonNumber > 0);
  function settle(): void {
    if (hasDue(store.current(), fulfilment().now)) store.change((draft) => settleDue(draft, fulfilment(), seasonsOf));
  }
  function schedule(): void {
    clearTimeout(timer);
    const next = Math.min(...store.current().due.map(({ at }) => Date.parse(at)));
    if (next === Infinity) return;
    timer = setTimeout(
      () => {
        try {
          settle();
          schedule();
        } catch {
          // The state file cannot be written; the next request tries again and tells its sender.
        }
      },
      Math.max(0, next - fulfilment().now.getTime()),
    );
    timer.unref();
  }
  return { settle, schedule, stop: () => clearTimeout(timer) };
}
