import { InvalidInput } from '../../mechanisms/errors';
import type { HttpAnswer, HttpCall, HttpClient } from '../../mechanisms/http';
import { lookUpMany } from './batch';
import { fetchImage } from './image';
import { readListing } from './listing';
import { createPages } from './pages';
import type { PlexClient, PlexItemsQuery, PlexKind } from './plex';
import { identity, item, readAs, section } from './shapes';
import { toCollection, toItem, toSection } from './translate';

const TYPE_NUMBERS: Record<PlexKind, number> = { MOVIE: 1, SHOW: 2, SEASON: 3, EPISODE: 4 };
/** Without a second key, rows that tie may change places between pages. */
const SORTS: Record<NonNullable<PlexItemsQuery['sort']>, string> = {
  TITLE: 'titleSort:asc',
  ADDED: 'addedAt:desc,titleSort:asc',
  YEAR: 'year:desc,titleSort:asc',
};
/** Heavy, and not needed here. Plex takes it for a wish. */
const WITHOUT = 'Media,Role,Director,Writer,Producer,Country,Genre,Similar,Rating,Chapter,Marker,Extras,OnDeck';
const described = { includeGuids: 1, excludeElements: WITHOUT };
const liveness = { deadlineMs: 5_000, probe: true };

/** `http` carries the server's own URL (with a sub-path, if it has one) and the token as `X-Plex-Token`. */
export function createPlexClient({ http }: { http: HttpClient }): PlexClient {
  const { find, page } = createPages(http);
  const get = (path: string, more: Pick<HttpCall, 'deadlineMs' | 'open' | 'probe'> = {}): Promise<HttpAnswer> =>
    http.request({ method: 'GET', path, ...more });
  const sections = async (more = {}) =>
    readListing(await get('/library/sections', more), 'Directory', section).rows.map(toSection);

  return {
    async identify() {
      const who = readAs(identity, await get('/identity', { ...liveness, open: true })).MediaContainer;
      // Everybody may ask that one; the sections want a token.
      await sections(liveness);
      return { flavour: 'PLEX', machineId: who.machineIdentifier, version: who.version ?? null };
    },

    sections: () => sections(),

    async items({ sectionId, kind, sort = 'TITLE', titleContains, ...range }) {
      checkKey(sectionId, 'sectionId');
      const wish = { type: TYPE_NUMBERS[kind], sort: SORTS[sort], title: titleContains || undefined };
      return page(`/library/sections/${sectionId}/all`, { ...described, ...wish, ...range }, toItem);
    },

    async metadata(ratingKeys) {
      ratingKeys.forEach((key) => checkKey(key, 'ratingKeys'));
      return lookUpMany(async (keys) => {
        const query = { ...described, skipRefresh: 1, checkFiles: 0 };
        const answer = await find(`/library/metadata/${keys.join(',')}`, query);
        // Of several, it is not there when not one is.
        return answer ? readListing(answer, 'Metadata', item).rows.map(toItem) : [];
      }, ratingKeys);
    },

    async children(ratingKey, range) {
      checkKey(ratingKey, 'ratingKey');
      // Without this, "All episodes" stands among the seasons.
      return page(`/library/metadata/${ratingKey}/children`, { ...described, excludeAllLeaves: 1, ...range }, toItem);
    },

    async collections(sectionId, range) {
      checkKey(sectionId, 'sectionId');
      return page(`/library/sections/${sectionId}/collections`, { ...range }, toCollection);
    },

    async collectionItems(ratingKey, range) {
      checkKey(ratingKey, 'ratingKey');
      return page(`/library/collections/${ratingKey}/children`, { ...described, ...range }, toItem);
    },

    image: async (path, size) => fetchImage(http, path, size),

    close: () => http.close(),
  };
}

function checkKey(key: string, name: string): void {
  if (!/^\d{1,18}$/.test(key)) throw new InvalidInput(`${name} is no key of Plex`, [name]);
}
