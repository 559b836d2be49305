import { household, scatter } from '../world';
import type { HouseholdShow } from '../world';
import type { Arrival, Season, Show } from './content';
import { FILLED_AT, seconds } from './content';
import { placesBy } from './sorting';
import { genresOf, showTitle } from './words';

const SHOWS = 2_000;
const SEASONS = 10_000;
const EPISODES = 100_000;
const SEASONS_KEPT = 50;
const EPISODES_KEPT = 100;
const MOST_GENERATED = 120;
const INVENTED_ID = 900_000_000;
const A_DAY = 86_400;

export interface ShowWith {
  show: Show;
  season: Season;
}

export interface EpisodeOf extends ShowWith {
  number: number;
  key: number;
}

/** The shows: the household's own, what arrived of others, and some generated ones beside so many films. */
export function createShows({ items, arrivals }: { items: number; arrivals: () => readonly Arrival[] }) {
  const invented = Array.from({ length: Math.min(MOST_GENERATED, Math.ceil(items / 10)) }, (_none, at) =>
    generated(at, household.shows.length + at),
  );

  function owned(): Show[] {
    const arrived = new Map(arrivals().flatMap((one) => (one.type === 'TV' ? [[one.tmdbId, one]] : [])));
    return household.shows.flatMap((show, number) => {
      const arrival = arrived.get(show.tmdbId);
      const inLibrary = [...new Set([...show.seasonsInLibrary, ...(arrival?.seasons ?? [])])].sort((a, b) => a - b);
      if (inLibrary.length === 0) return [];
      const addedAt = arrival && show.seasonsInLibrary.length === 0 ? seconds(arrival.at) : FILLED_AT + number * A_DAY;
      return [ofHousehold(show, number, { inLibrary, addedAt })];
    });
  }

  function all(sort = 'titleSort'): Show[] {
    const list = [...owned(), ...invented];
    return Array.from(
      placesBy(sort, list.length, (place) => list[place]!),
      (place) => list[place]!,
    );
  }
  const seasons = (): ShowWith[] => all().flatMap((show) => show.seasons.map((season) => ({ show, season })));
  const episodesOf = ({ show, season }: ShowWith): EpisodeOf[] =>
    Array.from({ length: season.episodes }, (_none, at) => ({
      ...{ show, season, number: at + 1, key: season.firstEpisodeKey + at },
    }));

  return {
    all,
    seasons,
    episodesOf,
    byKey: (key: number): Show | undefined => all().find((show) => show.key === key),
    season: (key: number): ShowWith | undefined => seasons().find(({ season }) => season.key === key),
    episode: (key: number): EpisodeOf | undefined =>
      seasons()
        .filter(({ season }) => key >= season.firstEpisodeKey && key < season.firstEpisodeKey + season.episodes)
        .flatMap(episodesOf)
        .find((episode) => episode.key === key),
  };
}

function seasonOf(place: number, number: number, episodes: number): Season {
  const index = place * SEASONS_KEPT + number;
  return { key: SEASONS + index, number, episodes, firstEpisodeKey: EPISODES + index * EPISODES_KEPT + 1 };
}

function ofHousehold(
  { title, year, genres, tmdbId, tvdbId, episodesPerSeason }: HouseholdShow,
  place: number,
  { inLibrary, addedAt }: { inLibrary: readonly number[]; addedAt: number },
): Show {
  const seasons = inLibrary.map((number) => seasonOf(place, number, episodesPerSeason[number - 1] ?? 0));
  return { key: SHOWS + place, title, year, genres, tmdbId, tvdbId, addedAt, seasons };
}

function generated(number: number, place: number): Show {
  const seasons = Array.from({ length: 1 + (number % 6) }, (_none, at) =>
    seasonOf(place, at + 1, 6 + scatter(number * 7 + at, 8)),
  );
  return {
    key: SHOWS + place,
    title: showTitle(number),
    year: 1980 + scatter(number, 45),
    genres: genresOf(number),
    tmdbId: INVENTED_ID + number,
    tvdbId: INVENTED_ID + number,
    addedAt: FILLED_AT - number * A_DAY,
    seasons,
  };
}
export type Shows = ReturnType<typeof createShows>;
