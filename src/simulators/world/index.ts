import data from './household.json';

export { drawPicture } from './poster';
export { scatter, scatterText } from './scatter';

export interface HouseholdMovie {
  tmdbId: number;
  title: string;
  year: number;
  runtimeMinutes: number;
  genres: string[];
  inLibrary: boolean;
  collection: string | null;
}

export interface HouseholdShow {
  tmdbId: number;
  tvdbId: number;
  title: string;
  year: number;
  /** Season 1 first; the household knows no specials. */
  episodesPerSeason: number[];
  genres: string[];
  seasonsInLibrary: number[];
}

export interface Household {
  accounts: { name: string; display: string; role: 'ADMIN' | 'FRIEND'; overseerrUserId: number }[];
  movies: HouseholdMovie[];
  shows: HouseholdShow[];
  libraries: { key: string; title: string; type: 'movie' | 'show' }[];
  monitors: { name: string; dependsOn: string | null }[];
  fulfilment: { availableAfterMs: number };
}

/** The demo household: the one world that all simulators tell of, so that their answers agree. */
export const household = data as Household;
