import type { Cached } from '../../mechanisms/cache';
import { globalId } from './global-id';
import type { KnownCollection, KnownItem, KnownSeason, KnownSection } from './media-item';
import type { KnownTitle, QualityName } from './title';
import { titleKey } from './title';

/** Where a picture of a service is shown on our own origin; null where there is none. */
export type PictureUrl = (path: string | null) => string | null;

export type Age = Pick<Cached<unknown>, 'observedAt' | 'stale'>;

/** How fresh an answer is that was put together of these. */
export function freshnessOf(parts: readonly Age[], source: string) {
  const stale = parts.some((one) => one.stale);
  const oldest = Math.min(...parts.map(({ observedAt }) => observedAt.getTime()));
  return { observedAt: parts.length > 0 ? new Date(oldest) : null, source: stale ? 'cache' : source, stale };
}

export function presentTitle(known: KnownTitle, pictureUrl: PictureUrl) {
  const { type, tmdbId, title, year, overview, plexUrl } = known;
  const states: [QualityName, KnownTitle['availability']][] = [
    ['STANDARD', known.availability],
    ['UHD_4K', known.availability4k],
  ];
  return {
    key: titleKey(known),
    type,
    tmdbId,
    title,
    year,
    overview,
    posterUrl: pictureUrl(known.posterPath),
    availability: states.map(([quality, state]) => ({
      quality,
      state,
      plexUrl: state === 'AVAILABLE' ? plexUrl : null,
    })),
  };
}

/** What is in Plex as the API tells it. `known` stays beside it for the fields that are looked up when asked for. */
export function createPresenter(pictureUrl: PictureUrl) {
  return {
    library(machine: string, known: KnownSection) {
      return { id: globalId('library', machine, known.id), title: known.title, type: known.type, known, machine };
    },
    item(machine: string, known: KnownItem) {
      const { title, year, type, addedAt, durationMs, tmdbId } = known;
      return {
        id: globalId('item', machine, known.ratingKey),
        title,
        year,
        type,
        posterUrl: pictureUrl(known.posterPath),
        addedAt: addedAt === null ? null : new Date(addedAt),
        durationSec: durationMs === null ? null : Math.round(durationMs / 1_000),
        tmdbId,
        known,
        machine,
      };
    },
    collection(machine: string, known: KnownCollection) {
      return {
        id: globalId('collection', machine, known.sectionId, known.ratingKey),
        title: known.title,
        itemCount: known.itemCount ?? 0,
        posterUrl: pictureUrl(known.posterPath),
        known,
        machine,
      };
    },
    season(machine: string, { ratingKey, number, title, episodeCount }: KnownSeason) {
      return { id: globalId('season', machine, ratingKey), number, title, episodeCount };
    },
  };
}
export type Presenter = ReturnType<typeof createPresenter>;
export type PresentedLibrary = ReturnType<Presenter['library']>;
export type PresentedItem = ReturnType<Presenter['item']>;
export type PresentedCollection = ReturnType<Presenter['collection']>;
