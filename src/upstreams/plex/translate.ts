import { isImagePath } from './image-path';
import type { PlexCollection, PlexItem, PlexSection } from './plex';
import type { ItemShape, SectionShape } from './shapes';

const KINDS: Record<string, PlexItem['kind']> = {
  movie: 'MOVIE',
  show: 'SHOW',
  season: 'SEASON',
  episode: 'EPISODE',
};
const SECTION_TYPES: Record<string, PlexSection['type']> = { movie: 'MOVIE', show: 'SHOW', artist: 'MUSIC' };

/** Ids and counts become GraphQL integers. */
const LARGEST = 2 ** 31 - 1;
/** 2100: what lies beyond is no date that somebody added something. */
const LATEST_SECONDS = 4_102_444_800;

export function toItem(wire: ItemShape): PlexItem {
  return {
    ratingKey: wire.ratingKey,
    kind: KINDS[wire.type] ?? 'OTHER',
    title: wire.title ?? '',
    year: count(wire.year) || null,
    summary: wire.summary || null,
    durationMs: count(wire.duration) || null,
    addedAt: instant(wire.addedAt),
    updatedAt: instant(wire.updatedAt),
    posterPath: imagePath(wire.thumb),
    artPath: imagePath(wire.art),
    ...identifiers(wire),
    sectionId: wire.librarySectionID ?? null,
    parentRatingKey: wire.parentRatingKey ?? null,
    index: count(wire.index),
    leafCount: count(wire.leafCount),
    childCount: count(wire.childCount),
    collections: wire.Collection.map(({ tag }) => tag),
  };
}

export const toCollection = (wire: ItemShape): PlexCollection => ({
  ratingKey: wire.ratingKey,
  title: wire.title ?? '',
  summary: wire.summary || null,
  itemCount: count(wire.childCount),
  posterPath: imagePath(wire.thumb),
  smart: wire.smart ?? false,
});

export const toSection = (wire: SectionShape): PlexSection => ({
  id: wire.key,
  title: wire.title ?? '',
  type: SECTION_TYPES[wire.type] ?? 'OTHER',
  changes: wire.contentChangedAt ?? null,
});

function count(value: number | null | undefined): number | null {
  return typeof value === 'number' && value >= 0 && value <= LARGEST ? value : null;
}

function instant(seconds: number | null | undefined): Date | null {
  return seconds && seconds > 0 && seconds < LATEST_SECONDS ? new Date(seconds * 1000) : null;
}

function imagePath(path: string | null | undefined): string | null {
  return path && isImagePath(path) ? path : null;
}

/** What an older agent put in `guid`, where newer ones have a list: `com.plexapp.agents.themoviedb://603?lang=en`. */
const LEGACY = /^com\.plexapp\.agents\.(?:(imdb|themoviedb|thetvdb):\/\/|hama:\/\/(tvdb)-)([\w-]+)/;
const SCHEMES: Record<string, string> = { themoviedb: 'tmdb', thetvdb: 'tvdb' };

function identifiers(wire: ItemShape): Pick<PlexItem, 'tmdbId' | 'tvdbId' | 'imdbId'> {
  const named = wire.Guid.map(({ id }) => /^(\w+):\/\/([\w-]+)$/.exec(id)).flatMap((found) =>
    found ? [[found[1], found[2]] as const] : [],
  );
  const ids = new Map([...legacyIdentifier(wire), ...named]);
  const numeric = (scheme: string): number | null => count(Number(ids.get(scheme) ?? NaN)) || null;
  return { tmdbId: numeric('tmdb'), tvdbId: numeric('tvdb'), imdbId: ids.get('imdb') ?? null };
}

/** Of a season or episode it is the show's. */
function legacyIdentifier({ type, guid }: ItemShape): [scheme: string, id: string][] {
  const [, agent, hama, id] = LEGACY.exec(guid ?? '') ?? [];
  const scheme = agent ?? hama;
  if (!scheme || !id || !['movie', 'show'].includes(type)) return [];
  return [[SCHEMES[scheme] ?? scheme, id]];
}
