import type { Attributes } from './container';
import { container, listOf, named, pageWish, without } from './container';
import type { Rows } from './content';
import { mapRows, rowsOf } from './content';
import type { Library } from './library';
import { sectionOf, sections } from './section';
import type { Section } from './section';
import { episodeRow, seasonRow } from './show-representation';

/** One endpoint's request, as far as answers look at it. */
export interface Asked {
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, unknown>;
}

/** A body of JSON; undefined: 404. */
export type Answer = (library: Library, asked: Asked) => object | undefined;

const keyOf = (text: string | undefined): number => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : NaN);
const sectionIn = ({ params }: Asked): Section | undefined => sections.find(({ id }) => id === keyOf(params.id));
const typeOf = (section: Section): number => (section.type === 'movie' ? 1 : 2);
const wantsGuids = ({ query }: Asked): boolean => query.includeGuids === '1';
const plural = ({ type }: Section): string => (type === 'movie' ? 'All Movies' : 'All Shows');

const page = (rows: Rows<object>, asked: Asked, attributes: Attributes): object =>
  container(without(asked.query.excludeElements, rows), pageWish(asked), attributes);

const listed: Answer = (library, asked) => {
  const section = sectionIn(asked);
  if (!section) return undefined;
  const { type, sort, title } = asked.query;
  const query = {
    ...{ type: Number(type ?? typeOf(section)), sort: sort ?? 'titleSort', withGuids: wantsGuids(asked) },
    ...(title && { title }),
  };
  return page(library.list(section, query), asked, {
    ...listOf(section, plural(section)),
    ...(section.type === 'show' && { nocache: true }),
  });
};

const collections: Answer = (library, asked) => {
  const section = sectionIn(asked);
  if (!section) return undefined;
  const { content: _content, ...list } = listOf(section, plural(section));
  return page(library.collections(section), asked, { ...list, viewMode: 131_122 });
};

/** Several come in no order of the request: newest key first here. Those that are not there are left out. */
const metadata: Answer = (library, asked) => {
  const keys = [...new Set((asked.params.ids ?? '').split(',').map(keyOf))].sort((a, b) => b - a);
  const found = keys.flatMap((key) => library.item(key) ?? []);
  if (found.length === 0) return undefined;
  const [section, ...others] = sections.filter(({ id }) =>
    found.some((row) => (row as { librarySectionID: number }).librarySectionID === id),
  );
  const attributes = section && others.length === 0 ? named(section) : {};
  return container(without(asked.query.excludeElements, rowsOf(found)), ALL, attributes);
};
const ALL = { start: 0, size: undefined };

function ofShow(show: { key: number; title: string; year: number; addedAt: number }): object {
  const place = `/library/metadata/${show.key}`;
  const picture = (kind: string): string => `${place}/${kind}/${show.addedAt}`;
  return {
    ...{ art: picture('art'), banner: picture('banner'), key: String(show.key), ...named(sectionOf('show')) },
    ...{ nocache: true, theme: picture('theme'), thumb: picture('thumb'), title2: show.title },
  };
}

const seasons: Answer = (library, asked) => {
  const key = keyOf(asked.params.ids);
  const show = library.show(key);
  if (!show) return episodes(library, asked);
  const rows = library.seasonsOf(key);
  const leafCount = rows.reduce((sum, { season }) => sum + season.episodes, 0);
  const place = `/library/metadata/${key}`;
  const every = { leafCount, thumb: `${place}/thumb/${show.addedAt}`, viewedLeafCount: 0, key: `${place}/allLeaves` };
  return page(rowsOf(rows.map((one) => seasonRow(one))), asked, {
    ...{ ...ofShow(show), parentIndex: 1, parentTitle: show.title, parentYear: show.year, summary: '' },
    ...{ title1: sectionOf('show').title, viewGroup: 'season', viewMode: 65_593 },
    ...(asked.query.excludeAllLeaves !== '1' && { Directory: [{ ...every, title: 'All episodes' }] }),
  });
};

const grandparent = (show: { key: number; title: string; addedAt: number }): object => ({
  ...{ grandparentContentRating: 'TV-14', grandparentRatingKey: show.key, grandparentStudio: 'Household Television' },
  ...{ grandparentTheme: `/library/metadata/${show.key}/theme/${show.addedAt}`, grandparentTitle: show.title },
  ...{ grandparentThumb: `/library/metadata/${show.key}/thumb/${show.addedAt}` },
});

const episodes: Answer = (library, asked) => {
  const found = library.season(keyOf(asked.params.ids));
  if (!found) return undefined;
  const rows = mapRows(rowsOf(library.episodesOf(found)), (one) => episodeRow(one));
  return page(rows, asked, {
    ...{ ...ofShow(found.show), ...grandparent(found.show), key: String(found.season.key) },
    ...{ parentIndex: found.season.number, parentTitle: `Season ${found.season.number}`, title1: found.show.title },
    ...{ title2: `Season ${found.season.number}`, viewGroup: 'episode', viewMode: 65_592 },
  });
};

const allLeaves: Answer = (library, asked) => {
  const key = keyOf(asked.params.ids);
  const show = library.show(key);
  if (!show) return undefined;
  const rows = mapRows(rowsOf(library.seasonsOf(key).flatMap(library.episodesOf)), (one) => episodeRow(one));
  return page(rows, asked, {
    ...{ ...ofShow(show), ...grandparent(show), parentIndex: 1, parentTitle: '', title1: show.title },
    ...{ viewGroup: 'episode', viewMode: 65_592 },
  });
};

const collection: Answer = (library, asked) => {
  const found = library.collection(keyOf(asked.params.id));
  return found && container(rowsOf([found]), ALL, named(sectionOf('movie')));
};

const collectionItems: Answer = (library, asked) => {
  const rows = library.collectionItems(keyOf(asked.params.id), wantsGuids(asked));
  return rows && page(rows, asked, listOf(sectionOf('movie'), 'Collection'));
};

const FOLDERS = [
  ...[
    ['all', 'All'],
    ['newest', 'Recently Released'],
    ['recentlyAdded', 'Recently Added'],
  ],
  ...[
    ['collection', 'By Collection'],
    ['genre', 'By Genre'],
    ['year', 'By Year'],
  ],
];

const folders: Answer = (_library, asked) => {
  const section = sectionIn(asked);
  if (!section) return undefined;
  const { librarySectionID, art, content, thumb, title1 } = listOf(section, '');
  const Directory = FOLDERS.map(([key, title]) => ({ key, title }));
  return container(rowsOf([]), ALL, {
    ...{ librarySectionID, art, content, thumb, title1 },
    viewGroup: 'secondary',
    Directory,
  });
};

const allSections: Answer = (library) => ({
  MediaContainer: {
    ...{ size: sections.length, allowSync: false, title1: 'Plex Library' },
    Directory: sections.map(({ id, type, title, uuid }) => ({
      ...{
        allowSync: true,
        art: `/:/resources/${type}-fanart.jpg`,
        composite: `/library/sections/${id}/composite/1743766611`,
      },
      ...{ filters: true, refreshing: false, thumb: `/:/resources/${type}.png`, key: String(id), type, title },
      ...{
        agent: `tv.plex.agents.${type === 'movie' ? 'movie' : 'series'}`,
        scanner: `Plex ${type === 'movie' ? 'Movie' : 'TV Series'}`,
      },
      ...{ language: 'en-US', uuid, updatedAt: 1_720_000_072, createdAt: 1_720_000_073, scannedAt: 1_720_000_074 },
      ...{ content: true, directory: true, contentChangedAt: library.changes(type), hidden: 0 },
      Location: [{ id, path: `/media/${title.toLowerCase()}` }],
    })),
  },
});

export const ANSWERS: Record<string, Answer> = {
  '/library/sections': allSections,
  '/library/sections/:id': folders,
  '/library/sections/:id/all': listed,
  '/library/sections/:id/collections': collections,
  '/library/metadata/:ids': metadata,
  '/library/metadata/:ids/children': seasons,
  '/library/metadata/:ids/allLeaves': allLeaves,
  '/library/collections/:id': collection,
  '/library/collections/:id/children': collectionItems,
  '/library/collections/:id/items': collectionItems,
};
