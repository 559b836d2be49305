import { scatter } from '../world';
import type { Collection, Film } from './content';
import { FILLED_AT } from './content';
import { collectionTitle, filmTitle, genresOf } from './words';

const FILMS = 1_000_000;
const COLLECTIONS = 900_000;
/** No title at themoviedb.org has such a number. */
const INVENTED_TMDB_ID = 900_000_000;
const BETWEEN_ADDITIONS = 5_400;
const LARGEST_COLLECTION = 7;
const MOST_COLLECTIONS = 200;

const membersOf = (collection: number): number => 3 + (collection % 5);

/** Films that nobody made, each worked out from its number when it is looked at. */
export function createGeneratedFilms(count: number) {
  const collectionCount = Math.min(MOST_COLLECTIONS, Math.floor(count / LARGEST_COLLECTION));

  function film(number: number): Film {
    const collection = Math.floor(number / LARGEST_COLLECTION);
    const isCollected = collection < collectionCount && number % LARGEST_COLLECTION < membersOf(collection);
    return {
      key: FILMS + number,
      title: filmTitle(number),
      year: 1950 + scatter(number + 1, 75),
      minutes: 70 + scatter(number + 2, 110),
      genres: genresOf(number),
      collection: isCollected ? collectionTitle(collection) : null,
      tmdbId: INVENTED_TMDB_ID + number,
      addedAt: FILLED_AT - number * BETWEEN_ADDITIONS,
    };
  }

  return {
    count,
    film,
    byKey: (key: number): Film | undefined => (key >= FILMS && key - FILMS < count ? film(key - FILMS) : undefined),
    collections: (): Collection[] =>
      Array.from({ length: collectionCount }, (_none, collection) => ({
        key: COLLECTIONS + collection,
        title: collectionTitle(collection),
        films: Array.from({ length: membersOf(collection) }, (_one, at) => film(collection * LARGEST_COLLECTION + at)),
      })),
  };
}
