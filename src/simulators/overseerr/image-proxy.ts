import { drawPoster } from '../world';
import type { Answer } from './endpoint';
import type { Titles } from './titles';
import { TitleUnavailable } from './titles';

/** `t/p/<size>/<file>`, as TMDB has its pictures. */
const TMDB_IMAGE = /^t\/p\/[\w-]+(\/[^/]+)$/;

export interface ImageParams {
  source: string;
  '*': string;
}

/**
 * The image proxy of Seerr, as its source has it (server/routes/imageproxy.ts): beside the API, for everybody, with the source of the pictures as a
 * word; what that source does not give is a 500 without a body. Posters are drawn, for nobody here has the real ones.
 */
export function answerImage({ source, '*': path }: ImageParams, titles: Titles): Answer {
  if (source !== 'tmdb' && source !== 'tvdb') return { status: 400, type: 'text/html', body: 'Unsupported image type' };
  const [, posterPath] = TMDB_IMAGE.exec(path) ?? [];
  try {
    if (source === 'tvdb' || posterPath === undefined) throw new TitleUnavailable(404);
    return { status: 200, type: 'image/svg+xml', body: drawPoster(titles.ofPoster(posterPath)) };
  } catch (error) {
    if (!(error instanceof TitleUnavailable)) throw error;
    return { status: 500, body: undefined };
  }
}
