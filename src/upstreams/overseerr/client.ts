import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import type { HttpAnswer, HttpCall, HttpClient } from '../../mechanisms/http';
import { createRequest } from './create-request';
import type { OverseerrClient } from './overseerr';
import { account, mediaPage, movieDetails, publicSettings, readAs, searchPage, status, tvDetails } from './shapes';
import { flavourOf, mediaStatus, toMovie, toTv } from './translate';

/** Of the two that ask nobody else. */
const liveness = { deadlineMs: 5_000, probe: true };
/** `/status` waits for GitHub, without a limit of its own. */
const ofVersion = { deadlineMs: 3_000, probe: true };

/** `http` carries the server's own URL (with a sub-path, if it has one) and the key as `X-Api-Key`. */
export function createOverseerrClient({ http }: { http: HttpClient }): OverseerrClient {
  const get = (path: string, more: Pick<HttpCall, 'query' | 'deadlineMs' | 'probe'> = {}): Promise<HttpAnswer> =>
    http.request({ method: 'GET', path: `/api/v1${path}`, ...more });

  async function post(path: string): Promise<void> {
    await http.request({ method: 'POST', path: `/api/v1${path}` });
  }

  const version = (): Promise<string | null> =>
    get('/status', ofVersion)
      .then((answer) => readAs(status, answer).version)
      .catch(() => null);

  return {
    async identify() {
      const flavour = flavourOf(readAs(publicSettings, await get('/settings/public', liveness)));
      // The two above answer with any key; this one does not.
      const [me, running] = await Promise.all([get('/auth/me', liveness), version()]);
      readAs(account, me);
      return { flavour, version: running };
    },

    async probe() {
      readAs(account, await get('/auth/me', liveness));
    },

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

    createRequest: (input) => createRequest(http, input),

    async approveRequest(id) {
      positive(id, 'id');
      await post(`/request/${id}/approve`);
    },

    async retryRequest(id) {
      positive(id, 'id');
      await post(`/request/${id}/retry`);
    },

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
