import { scatter, scatterText } from '../world';
import type { Collection, Film } from './content';
import { seconds, sortTitle } from './content';
import type { Section } from './section';
import { detailedTags, images, media, ofSection, plainTags, ratingOf, ratings, slugOf } from './representation';
import { personName } from './words';

/** Lists and details of one film differ as the recordings do. */

const cast = (film: Film): string[] => [1, 2, 3, 4, 5].map((at) => personName(scatter(film.key + at, 120)));
const crewOf = (film: Film): Record<'Director' | 'Writer' | 'Producer', string[]> => ({
  Director: [personName(scatter(film.key, 30))],
  Writer: [personName(30 + scatter(film.key, 30))],
  Producer: [personName(60 + scatter(film.key, 30))],
});
const guids = ({ tmdbId }: Film): object[] => [
  { id: `imdb://tt${9_000_000 + (tmdbId % 1_000_000)}` },
  { id: `tmdb://${tmdbId}` },
];

function facts(film: Film): object {
  const { key, title, year, minutes, addedAt } = film;
  const place = `/library/metadata/${key}`;
  const sorted = sortTitle(title);
  return {
    ...{ ratingKey: String(key), key: place, guid: `plex://movie/${guidOf(film)}`, slug: slugOf(title) },
    ...{ studio: 'Household Pictures', type: 'movie', title, ...(sorted !== title && { titleSort: sorted }) },
    ...{ contentRating: 'PG-13', summary: `${title} (${year}), as this household remembers it.` },
    ...{ audienceRating: ratingOf(key), year, tagline: 'Seen from this sofa.' },
    ...{ thumb: `${place}/thumb/${addedAt}`, art: `${place}/art/${addedAt}`, duration: minutes * 60_000 },
    ...{ originallyAvailableAt: `${year}-06-15`, addedAt, updatedAt: addedAt },
    ...{ audienceRatingImage: 'themoviedb://image.rating', chapterSource: 'media' },
    ...images(title, place, addedAt),
  };
}

const guidOf = ({ key, title }: Film): string =>
  [key, scatterText(title, 2 ** 31), key * 31].map((part) => part.toString(16).padStart(8, '0').slice(-8)).join('');

export const listedFilm = (film: Film, { withGuids }: { withGuids: boolean }): object => ({
  ...facts(film),
  Media: [media(film.key, film.minutes, { file: `/films/${film.title} (${film.year}).mkv`, withStreams: false })],
  ...(withGuids && { Guid: guids(film) }),
  Genre: plainTags(film.genres),
  Country: plainTags(['United Kingdom']),
  Director: plainTags(crewOf(film).Director),
  Writer: plainTags(crewOf(film).Writer),
  Role: plainTags(cast(film).slice(0, 3)),
  ...(film.collection && { Collection: plainTags([film.collection]) }),
});

export const detailedFilm = (film: Film, section: Section): object => ({
  ...facts(film),
  ...ofSection(section),
  Media: [media(film.key, film.minutes, { file: `/films/${film.title} (${film.year}).mkv`, withStreams: true })],
  Guid: guids(film),
  Genre: detailedTags('genre', film.genres),
  Country: detailedTags('country', ['United Kingdom']),
  Rating: ratings(film.key),
  Director: detailedTags('director', crewOf(film).Director, true),
  Writer: detailedTags('writer', crewOf(film).Writer, true),
  Producer: detailedTags('producer', crewOf(film).Producer, true),
  Role: detailedTags('actor', cast(film), true).map((one, at) => ({ ...one, role: `Role ${at + 1}` })),
  ...(film.collection && { Collection: detailedTags('collection', [film.collection]) }),
});

/** `childCount` and the years are text there. */
export function collectionRow({ key, title, films }: Collection, section?: Section): object {
  const years = films.map(({ year }) => year);
  const updatedAt = Math.max(...films.map(({ addedAt }) => addedAt), seconds(new Date(0)));
  return {
    ...{ ratingKey: String(key), key: `/library/collections/${key}/children`, guid: `collection://${slugOf(title)}` },
    ...{ type: 'collection', title, ...(section && ofSection(section)), contentRating: 'PG-13', subtype: 'movie' },
    ...{ summary: '', index: key, ratingCount: films.length, thumb: compositeOf(key, updatedAt) },
    ...{ addedAt: updatedAt, updatedAt, childCount: String(films.length) },
    ...{ maxYear: String(Math.max(...years)), minYear: String(Math.min(...years)) },
  };
}

const compositeOf = (key: number, version: number): string =>
  `/library/collections/${key}/composite/${version}?width=400&height=600`;
