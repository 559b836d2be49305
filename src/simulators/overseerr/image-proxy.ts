import { drawPicture } from '../world';
import type { Answer, Installation } from './endpoint';
import type { Titles } from './titles';
import { TitleUnavailable } from './titles';

/** `t/p/<size>/<file>`, as TMDB has its pictures. */
const TMDB_IMAGE = /^t\/p\/[\w-]+(\/[^/]+)$/;

function draw({ title, year }: { title: string; year?: number }): string {
  return drawPicture({ title, ...(year !== undefined && { subtitle: String(year) }), width: 600, height: 900 });
}

/**
 * The image proxy, as the sources of both products have it (server/routes/imageproxy.ts): beside the API, for everybody; what the source of the
 * pictures does not give is a 500 without a body. Seerr tells several sources apart by a word, Overseerr knows TMDB alone. Posters are drawn.
 */
export function answerImage(
  path: string,
  { titles, installation: { dialect } }: { titles: Titles; installation: Installation },
): Answer {
  const [, source, rest] = dialect.namesImageSources ? (/^(\w+)\/(.*)$/.exec(path) ?? []) : [path, 'tmdb', path];
  if (source !== 'tmdb' && source !== 'tvdb') return { status: 400, type: 'text/html', body: 'Unsupported image type' };
  const [, posterPath] = TMDB_IMAGE.exec(rest ?? '') ?? [];
  try {
    if (source === 'tvdb' || posterPath === undefined) throw new TitleUnavailable(404);
    return { status: 200, type: 'image/svg+xml', body: draw(titles.ofPoster(posterPath)) };
  } catch (error) {
    if (!(error instanceof TitleUnavailable)) throw error;
    return { status: 500, body: undefined };
  }
}
