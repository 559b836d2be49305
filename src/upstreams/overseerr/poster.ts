import { InvalidInput } from '../../mechanisms/errors';
import { IMAGE_TYPES, UpstreamFailure } from '../../mechanisms/http';
import type { HttpClient } from '../../mechanisms/http';
import type { OverseerrClient } from './overseerr';

/** As TMDB names files. */
const POSTER_PATH = /^\/[\w-]{1,100}\.(jpg|jpeg|png|webp|svg)$/;
const MAX_BYTES = 5 * 1024 * 1024;
const SIZE = 'w600_and_h900_bestv2';
/** Where the image proxy has TMDB's files: Overseerr knows no other source of pictures, Seerr tells them apart by a word. */
const PLACES = ['/imageproxy/tmdb/t/p', '/imageproxy/t/p'];

/** Posters through the server's own image proxy, so that nobody is asked but the service of the settings. */
export function createPosters(http: HttpClient): Pick<OverseerrClient, 'image'> {
  let known = 0;
  const load = async (place: number, posterPath: string) => {
    const path = `${PLACES[place]}/${SIZE}${posterPath}`;
    const { type, bytes } = await http.download({ path, types: IMAGE_TYPES, maxBytes: MAX_BYTES });
    return { contentType: type, bytes };
  };
  return {
    async image(posterPath) {
      if (!POSTER_PATH.test(posterPath)) throw new InvalidInput('this is no path of a poster', ['posterPath']);
      const first = known;
      try {
        return await load(first, posterPath);
      } catch (error) {
        // The place of the other product is refused by Seerr, and looked up in vain by Overseerr.
        if (!(error instanceof UpstreamFailure) || error.status === undefined) throw error;
        const image = await load(1 - first, posterPath);
        known = 1 - first;
        return image;
      }
    },
  };
}
