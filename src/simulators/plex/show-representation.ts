import { scatter } from '../world';
import type { Show } from './content';
import type { Section } from './section';
import type { EpisodeOf, ShowWith } from './shows';
import { detailedTags, images, media, ofSection, plainTags, ratingOf, ratings, slugOf } from './representation';
import { personName } from './words';

/** Lists and details of one show, season or episode differ as the recordings do. */

const MINUTES = 45;
const STUDIO = 'Household Television';
const place = (key: number): string => `/library/metadata/${key}`;
const showGuid = ({ key }: Show): string => `plex://show/${key.toString(16).padStart(24, '0')}`;
const seasonGuid = (key: number): string => `plex://season/${key.toString(16).padStart(24, '0')}`;
const leaves = ({ seasons }: Show): number => seasons.reduce((sum, { episodes }) => sum + episodes, 0);
const cast = ({ key }: Show): string[] => [1, 2, 3, 4].map((at) => personName(scatter(key + at, 120)));

const pictures = ({ key, addedAt }: Show) => ({
  thumb: `${place(key)}/thumb/${addedAt}`,
  art: `${place(key)}/art/${addedAt}`,
  theme: `${place(key)}/theme/${addedAt}`,
});

function facts(show: Show): object {
  const { key, title, year, addedAt } = show;
  return {
    ...{ ratingKey: String(key), key: `${place(key)}/children`, guid: showGuid(show), slug: slugOf(title) },
    ...{ studio: STUDIO, type: 'show', title, contentRating: 'TV-14' },
    ...{ summary: `${title}, as this household remembers it.`, index: 1, audienceRating: ratingOf(key), year },
    ...{ ...pictures(show), duration: MINUTES * 60_000, originallyAvailableAt: `${year}-09-01` },
    ...{ leafCount: leaves(show), viewedLeafCount: 0, childCount: show.seasons.length, addedAt, updatedAt: addedAt },
    ...{ audienceRatingImage: 'themoviedb://image.rating', ...images(title, place(key), addedAt) },
  };
}

const guids = ({ tmdbId, tvdbId }: Show): object => ({
  Guid: [{ id: `tmdb://${tmdbId}` }, { id: `tvdb://${tvdbId}` }],
});

export const listedShow = (show: Show, { withGuids }: { withGuids: boolean }): object => ({
  ...facts(show),
  ...(withGuids && guids(show)),
  Genre: plainTags(show.genres),
  Country: plainTags(['United Kingdom']),
  Role: plainTags(cast(show).slice(0, 3)),
});

export const detailedShow = (show: Show, section: Section): object => ({
  ...{ ...facts(show), ...ofSection(section), ...guids(show), tagline: 'One more, and then to bed.' },
  ...{ Genre: detailedTags('genre', show.genres), Country: detailedTags('country', ['United Kingdom']) },
  ...{ Rating: ratings(show.key), Similar: detailedTags('similar', ['Something Else']) },
  Role: detailedTags('actor', cast(show), true).map((one, at) => ({ ...one, role: `Role ${at + 1}` })),
  Location: [{ path: `/series/${show.title}` }],
});

/** What a season tells of its show, and an episode of both. */
export function seasonRow({ show, season }: ShowWith, section?: Section): object {
  const { thumb, art, theme } = pictures(show);
  return {
    ...{ ratingKey: String(season.key), key: `${place(season.key)}/children`, parentRatingKey: String(show.key) },
    ...{ guid: seasonGuid(season.key), parentGuid: showGuid(show), parentStudio: STUDIO, type: 'season' },
    ...{ title: `Season ${season.number}`, ...(section && ofSection(section)), parentKey: place(show.key) },
    ...{ parentTitle: show.title, summary: '', index: season.number, parentIndex: 1, parentYear: show.year },
    ...{ thumb: `${place(season.key)}/thumb/${show.addedAt}`, art, parentThumb: thumb, parentTheme: theme },
    ...{ leafCount: season.episodes, viewedLeafCount: 0, addedAt: show.addedAt, updatedAt: show.addedAt },
  };
}

export function episodeRow(episode: EpisodeOf, section?: Section): object {
  const { show, season, number, key } = episode;
  const { thumb, art, theme } = pictures(show);
  const title = `Episode ${number}`;
  const file = `/series/${show.title}/${season.number}x${number}.mkv`;
  return {
    ...{ ratingKey: String(key), key: place(key), parentRatingKey: String(season.key) },
    ...{ grandparentRatingKey: String(show.key), guid: `plex://episode/${key.toString(16).padStart(24, '0')}` },
    ...{ parentGuid: seasonGuid(season.key), grandparentGuid: showGuid(show) },
    ...{ grandparentSlug: slugOf(show.title), type: 'episode', title, grandparentKey: place(show.key) },
    ...{ parentKey: place(season.key), grandparentTitle: show.title, parentTitle: `Season ${season.number}` },
    ...{ ...(section && ofSection(section)), contentRating: 'TV-14', summary: '', index: number },
    ...{ parentIndex: season.number, audienceRating: ratingOf(key), year: show.year },
    ...{ thumb: `${place(key)}/thumb/${show.addedAt}`, art, grandparentArt: art, grandparentThumb: thumb },
    ...{ parentThumb: `${place(season.key)}/thumb/${show.addedAt}`, grandparentTheme: theme },
    ...{ duration: MINUTES * 60_000, originallyAvailableAt: `${show.year}-09-01`, addedAt: show.addedAt },
    ...{ updatedAt: show.addedAt, audienceRatingImage: 'themoviedb://image.rating' },
    Media: [media(key, MINUTES, { file, withStreams: !!section })],
    ...images(title, place(key), show.addedAt),
    ...(section && { chapterSource: 'media', Rating: ratings(key).slice(0, 1) }),
  };
}
