import { InvalidInput } from '../../mechanisms/errors';

/** Plain segments below `/library/`, and at most the size that a composite is asked for with. Anything else is no picture of a library. */
const IMAGE_PATH =
  /^\/library(?:\/(?!\.{1,2}(?:[/?]|$))[\w.~-]+)+(?:\?(?:width|height)=\d{1,5}(?:&(?:width|height)=\d{1,5})?)?$/;
const LONGEST = 500;

/** Whether Plex serves a picture there: never another host, never another part of the server. */
export const isImagePath = (path: string): boolean => path.length <= LONGEST && IMAGE_PATH.test(path);

export function splitImagePath(path: string): { path: string; query: Record<string, string> } {
  if (!isImagePath(path)) throw new InvalidInput('the path is none of a picture in a library', ['path']);
  const [place = '', query] = path.split('?');
  return { path: place, query: Object.fromEntries(new URLSearchParams(query)) };
}
