import type { Rows } from './content';
import { mapRows } from './content';
import type { Section } from './section';

/** The frame of every answer, and how a list is cut into pages. */

export interface PageWish {
  start: number;
  /** Undefined: nobody asked for a page, and the whole list is the answer. */
  size: number | undefined;
}

interface Wishes {
  headers: Record<string, unknown>;
  query: Record<string, string>;
}

export function pageWish({ headers, query }: Wishes): PageWish {
  const wish = (name: string): number | undefined => {
    const text = query[`X-Plex-Container-${name}`] ?? headers[`x-plex-container-${name.toLowerCase()}`];
    return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  return { start: wish('Start') ?? 0, size: wish('Size') };
}

const FRAME = {
  allowSync: true,
  identifier: 'com.plexapp.plugins.library',
  mediaTagPrefix: '/system/bundle/media/flags/',
  mediaTagVersion: 1_737_563_967,
};

export const named = ({ id, title, uuid }: Section) => ({
  ...{ librarySectionID: id, librarySectionTitle: title, librarySectionUUID: uuid },
});

/** What a list of a section says of itself. */
export const listOf = (section: Section, title2: string) => ({
  ...{ ...named(section), art: `/:/resources/${section.type}-fanart.jpg`, content: 'secondary' },
  ...{ thumb: `/:/resources/${section.type}.png`, title1: section.title, title2, viewGroup: section.type },
});

/** What a list says of itself; a Directory is rows of another kind beside it. */
export type Attributes = Record<string, unknown> & { Directory?: object[] };

/** `size` counts all rows of this answer, a Directory's too. An empty list is an absent key. */
export function container(rows: Rows<object>, { start, size }: PageWish, attributes: Attributes): object {
  const shown = rows.slice(start, size === undefined ? rows.total : start + size);
  return {
    MediaContainer: {
      size: shown.length + (attributes.Directory?.length ?? 0),
      ...(size !== undefined && { totalSize: rows.total, offset: start }),
      ...FRAME,
      ...attributes,
      ...(shown.length > 0 && { Metadata: shown }),
    },
  };
}

/** Plex takes it for a wish, and this one grants it. */
export function without(elements: string | undefined, rows: Rows<object>): Rows<object> {
  if (!elements) return rows;
  const unwanted = new Set(elements.split(','));
  return mapRows(rows, (row) => Object.fromEntries(Object.entries(row).filter(([name]) => !unwanted.has(name))));
}
