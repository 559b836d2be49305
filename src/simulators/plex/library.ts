import type { Arrival, Collection, Rows } from './content';
import { mapRows, rowsOf } from './content';
import { collectionRow, detailedFilm, listedFilm } from './film-representation';
import { createFilms } from './films';
import { sectionOf } from './section';
import type { Section } from './section';
import { detailedShow, episodeRow, listedShow, seasonRow } from './show-representation';
import { createShows } from './shows';
import type { EpisodeOf, ShowWith } from './shows';

export interface LibraryParts {
  items: number;
  arrivals: () => readonly Arrival[];
}

export interface ListQuery {
  /** Plex' number: 1 films, 2 shows, 3 seasons, 4 episodes. */
  type: number;
  sort: string;
  title?: string;
  withGuids: boolean;
}

const NOTHING = rowsOf<object>([]);
/** What the counter of a section stood at when its household was complete. */
const CHANGES_BEFORE = 10_075;

/** A counter, as Plex has one: another number after every arrival. */
function changesIn(arrivals: readonly Arrival[], type: Section['type']): number {
  const arrived = arrivals.filter((one) => one.type === (type === 'movie' ? 'MOVIE' : 'TV'));
  return arrived.reduce((sum, { seasons }) => sum + Math.max(1, seasons.length), 0);
}

/** Everything the server has, in the words of Plex. Lists are made row by row. */
export function createLibrary(parts: LibraryParts) {
  const films = createFilms(parts);
  const shows = createShows(parts);
  const [filmSection, showSection] = [sectionOf('movie'), sectionOf('show')];
  const matching = <T>(list: T[], title: string | undefined, titleOf: (one: T) => string): T[] =>
    title ? list.filter((one) => titleOf(one).toLowerCase().includes(title.toLowerCase())) : list;

  function ofShows({ type, sort, title, withGuids }: ListQuery): Rows<object> {
    if (type === 3) return mapRows(rowsOf(shows.seasons()), (one) => seasonRow(one));
    if (type === 4) return mapRows(rowsOf(shows.seasons().flatMap(shows.episodesOf)), (one) => episodeRow(one));
    const wanted = matching(shows.all(sort), title, (show) => show.title);
    return type === 2 ? mapRows(rowsOf(wanted), (show) => listedShow(show, { withGuids })) : NOTHING;
  }

  const collection = (key: number): Collection | undefined =>
    films
      .collections()
      .slice(0, Infinity)
      .find((one) => one.key === key);

  function item(key: number): object | undefined {
    const film = films.byKey(key);
    if (film) return detailedFilm(film, filmSection);
    const show = shows.byKey(key);
    if (show) return detailedShow(show, showSection);
    const [season, episode] = [shows.season(key), shows.episode(key)];
    return season ? seasonRow(season, showSection) : episode && episodeRow(episode, showSection);
  }

  return {
    list(section: Section, query: ListQuery): Rows<object> {
      if (section.type === 'show') return ofShows(query);
      return query.type === 1 ? mapRows(films.select(query), (film) => listedFilm(film, query)) : NOTHING;
    },

    item,

    changes: (type: Section['type']): number => CHANGES_BEFORE + changesIn(parts.arrivals(), type),

    collections: (section: Section): Rows<object> =>
      section.type === 'movie' ? mapRows(films.collections(), (one) => collectionRow(one)) : NOTHING,
    collection(key: number): object | undefined {
      const found = collection(key);
      return found && collectionRow(found, filmSection);
    },
    collectionItems(key: number, withGuids: boolean): Rows<object> | undefined {
      const found = collection(key);
      return found && mapRows(rowsOf(found.films), (film) => listedFilm(film, { withGuids }));
    },

    show: shows.byKey,
    seasonsOf: (key: number): ShowWith[] => shows.seasons().filter(({ show }) => show.key === key),
    season: shows.season,
    episodesOf: (one: ShowWith): EpisodeOf[] => shows.episodesOf(one),

    /** What a picture of it says; undefined where nothing is. */
    caption(kind: 'metadata' | 'collections', key: number): { title: string; subtitle: string } | undefined {
      if (kind === 'collections') {
        const found = collection(key);
        return found && { title: found.title, subtitle: `${found.films.length} films` };
      }
      const season = shows.season(key);
      if (season) return { title: season.show.title, subtitle: `Season ${season.season.number}` };
      const found = films.byKey(key) ?? shows.byKey(key) ?? shows.episode(key)?.show;
      return found && { title: found.title, subtitle: String(found.year) };
    },
  };
}
export type Library = ReturnType<typeof createLibrary>;
