import type { Call, Endpoint } from '../endpoint';
import { ok } from '../endpoint';
import { refusal } from '../refusals';
import type { Json } from '../representation';
import { mediaInfoJson, mediaOfHitJson } from '../representation';
import type { MediaType } from '../state';
import { mediaOfTitle } from '../state';
import { hitJson, movieJson, showJson } from '../title-representation';
import type { Hit, SearchPage } from '../titles';
import { TitleUnavailable } from '../titles';
import type { Rules } from '../validation';

const language: Rules = { language: { type: 'string' } };

/** A failing TMDB looks like a search that finds nothing. */
function searchPage({ titles, query }: Call): SearchPage {
  const wanted = query.page === undefined ? 1 : Number(query.page);
  try {
    return titles.search(query.query ?? '', wanted);
  } catch (error) {
    if (!(error instanceof TitleUnavailable)) throw error;
    return { page: 1, totalPages: 1, totalResults: 0, hits: [] };
  }
}

function hitWithMedia(call: Call, hit: Hit): Json {
  const json = hitJson(hit);
  if (hit.mediaType === 'other') return json;
  const media = mediaOfTitle(call.state, hit.mediaType, hit.title.tmdbId);
  return media ? { ...json, mediaInfo: mediaOfHitJson(media) } : json;
}

function mediaInfo({ state }: Call, mediaType: MediaType, tmdbId: number): Json | undefined {
  const media = mediaOfTitle(state, mediaType, tmdbId);
  return media && mediaInfoJson(state, media);
}

/** Unknown id and failing TMDB are answered alike. */
function orUnableTo<T>(retrieve: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof TitleUnavailable) throw refusal(500, `Unable to retrieve ${retrieve}.`);
    throw error;
  }
}

export const titleEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/search',
    query: { query: { type: 'string', required: true }, page: { type: 'number' }, ...language },
    answer(call) {
      const { hits, ...numbers } = searchPage(call);
      return ok({ ...numbers, results: hits.map((hit) => hitWithMedia(call, hit)) });
    },
  },
  {
    method: 'GET',
    path: '/movie/:movieId',
    params: { movieId: { type: 'number', required: true } },
    query: language,
    answer(call) {
      const id = Number(call.params.movieId);
      const movie = orUnableTo('movie', () => call.titles.movie(id));
      return ok(movieJson(movie, mediaInfo(call, 'movie', id)));
    },
  },
  {
    method: 'GET',
    path: '/tv/:tvId',
    params: { tvId: { type: 'number', required: true } },
    query: language,
    answer(call) {
      const id = Number(call.params.tvId);
      const show = orUnableTo('series', () => call.titles.show(id));
      return ok(showJson(show, mediaInfo(call, 'tv', id)));
    },
  },
];
