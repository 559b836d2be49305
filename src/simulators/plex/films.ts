import { household } from '../world';
import type { Arrival, Collection, Film, Rows } from './content';
import { FILLED_AT, rowsOf, seconds } from './content';
import { createGeneratedFilms } from './generated-films';
import { placesBy } from './sorting';
import { filmTitle } from './words';

const OF_HOUSEHOLD = 1_000;
const COLLECTIONS_OF_HOUSEHOLD = 890_000;
const A_DAY = 86_400;
const KEPT_ORDERS = 8;

export interface FilmQuery {
  /** As Plex takes it: `addedAt:desc,titleSort`. */
  sort: string;
  /** A part of the title, in any case. */
  title?: string;
}

/** The films: the household's own, those that arrived, and generated ones up to `items`, made when they are looked at. */
export function createFilms({ items, arrivals }: { items: number; arrivals: () => readonly Arrival[] }) {
  const generated = createGeneratedFilms(
    Math.max(0, items - household.movies.filter(({ inLibrary }) => inLibrary).length),
  );
  const orders = new Map<string, { signature: string; order: Int32Array }>();

  /** Numbers below the household's size are its films, the others are generated. */
  const firstGenerated = household.movies.length;

  function owned(): Map<number, Film> {
    const arrived = new Map(arrivals().flatMap((one) => (one.type === 'MOVIE' ? [[one.tmdbId, one.at]] : [])));
    return new Map(
      household.movies.flatMap((movie, number) => {
        const { inLibrary, runtimeMinutes, ...facts } = movie;
        const at = arrived.get(movie.tmdbId);
        if (!inLibrary && !at) return [];
        const addedAt = inLibrary || !at ? FILLED_AT + number * A_DAY : seconds(at);
        return [[number, { ...facts, key: OF_HOUSEHOLD + number, minutes: runtimeMinutes, addedAt }] as const];
      }),
    );
  }

  const filmAt = (number: number, own: Map<number, Film>): Film =>
    number < firstGenerated ? own.get(number)! : generated.film(number - firstGenerated);

  function ordered(sort: string, own: Map<number, Film>): Int32Array {
    const signature = [...own.values()].map(({ key, addedAt }) => `${key}:${addedAt}`).join();
    const known = orders.get(sort);
    if (known?.signature === signature) return known.order;
    const numbers = [...own.keys(), ...Array.from({ length: generated.count }, (_none, at) => firstGenerated + at)];
    const order = placesBy(sort, numbers.length, (place) => filmAt(numbers[place]!, own)).map(
      (place) => numbers[place]!,
    );
    if (orders.size >= KEPT_ORDERS) orders.clear();
    orders.set(sort, { signature, order });
    return order;
  }

  return {
    select({ sort, title }: FilmQuery): Rows<Film> {
      const own = owned();
      const all = ordered(sort, own);
      const wanted = title?.toLowerCase();
      const order = wanted ? all.filter((number) => titleOf(number, own).toLowerCase().includes(wanted)) : all;
      return {
        total: order.length,
        slice: (start, end) => Array.from(order.subarray(start, end), (number) => filmAt(number, own)),
      };
    },

    byKey(key: number): Film | undefined {
      return generated.byKey(key) ?? owned().get(key - OF_HOUSEHOLD);
    },

    collections(): Rows<Collection> {
      return rowsOf([...collectionsOf([...owned().values()]), ...generated.collections()]);
    },
  };

  function titleOf(number: number, own: Map<number, Film>): string {
    return number < firstGenerated ? own.get(number)!.title : filmTitle(number - firstGenerated);
  }
}

function collectionsOf(films: Film[]): Collection[] {
  const titles = [...new Set(household.movies.flatMap(({ collection }) => collection ?? []))];
  return titles
    .map((title, at) => ({
      key: COLLECTIONS_OF_HOUSEHOLD + at,
      title,
      films: films.filter((film) => film.collection === title),
    }))
    .filter((collection) => collection.films.length > 0);
}

export type Films = ReturnType<typeof createFilms>;
