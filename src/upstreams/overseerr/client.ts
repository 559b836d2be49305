import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import type { HttpAnswer, HttpCall, HttpClient } from '../../mechanisms/http';
import { createRequest } from './create-request';
import { createIdentification } from './identification';
import type { OverseerrClient } from './overseerr';
import { createPosters } from './poster';
import { mediaPage, movieDetails, readAs, searchPage, tvDetails } from './shapes';
import { createTranslation } from './translate';

/** `http` carries the server's own URL (with a sub-path, if it has one) and the key as `X-Api-Key`. */
export function createOverseerrClient({ http }: { http: HttpClient }): OverseerrClient {
  const get = (
    path: string,
    more: Pick<HttpCall, 'query' | 'deadlineMs' | 'open' | 'probe'> = {},
  ): Promise<HttpAnswer> => http.request({ method: 'GET', path: `/api/v1${path}`, ...more });

  const strange = new Set<string>();
  const { mediaStatus, toMovie, toTv, toRequest } = createTranslation((what) => strange.add(what));

  async function post(path: string): Promise<void> {
    await http.request({ method: 'POST', path: `/api/v1${path}` });
  }

  return {
    ...createIdentification(get),

    async search(query, page) {
      positive(page, 'page');
      // Upstream an empty query is a 400.
      if (query.trim() === '') return { titles: [], page, totalPages: 0, totalResults: 0 };
      const { results, ...counts } = readAs(searchPage, await get('/search', { query: { query, page } }));
      const titles = results
        .filter((result) => result !== null)
        .map((result) => (result.mediaType === 'movie' ? toMovie(result) : toTv(result)));
      return { titles, ...counts };
    },

    async title(type, tmdbId) {
      positive(tmdbId, 'tmdbId');
      return type === 'MOVIE'
        ? toMovie(readAs(movieDetails(tmdbId), await get(`/movie/${tmdbId}`)))
        : toTv(readAs(tvDetails(tmdbId), await get(`/tv/${tmdbId}`)));
    },

    isUndescribed,

    async availability(skip, take) {
      const { pageInfo, results } = readAs(mediaPage, await get('/media', { query: { take, skip, sort: 'added' } }));
      const media = results.map((entry) => ({
        type: entry.mediaType === 'movie' ? ('MOVIE' as const) : ('TV' as const),
        tmdbId: entry.tmdbId,
        status: mediaStatus(entry.status),
        status4k: mediaStatus(entry.status4k),
      }));
      return { media, total: pageInfo.results };
    },

    createRequest: (input) => createRequest({ http, toRequest }, input),

    strange: () => [...strange],

    async approveRequest(id) {
      positive(id, 'id');
      await post(`/request/${id}/approve`);
    },

    async retryRequest(id) {
      positive(id, 'id');
      await post(`/request/${id}/retry`);
    },

    ...createPosters(http),

    close: () => http.close(),
  };
}

function positive(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidInput(`${name} is no positive integer`, [name]);
}

function isUndescribed(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure) || error.status !== 500) return false;
  return /"Unable to retrieve (movie|series)\."/.test(error.message);
}
