import { InvalidInput } from '../../mechanisms/errors';
import type { HttpClient } from '../../mechanisms/http';
import { IMAGE_TYPES, UpstreamFailure } from '../../mechanisms/http';
import { splitImagePath } from './image-path';
import type { PlexImage, PlexImageSize } from './plex';

const LARGEST_IMAGE = 10 * 1024 * 1024;
const LONGEST_SIDE = 4_000;

/** Plex scales on its processor and fails at some pictures: then the original has to do. */
export async function fetchImage(http: HttpClient, wanted: string, size?: PlexImageSize): Promise<PlexImage> {
  const { path, query } = splitImagePath(wanted);
  if (size) {
    checkSize(size);
    const scaled = { url: wanted, ...size, minSize: 1, upscale: 0 };
    const image = await unlessRefused(download(http, '/photo/:/transcode', scaled));
    if (image) return image;
  }
  return download(http, path, query);
}

async function download(http: HttpClient, path: string, query: Record<string, string | number>): Promise<PlexImage> {
  const { type, bytes } = await http.download({ path, query, types: IMAGE_TYPES, maxBytes: LARGEST_IMAGE });
  return { contentType: type, bytes };
}

/** An answer that is no picture is a refusal; silence is none, and a wrong token is wrong for the original too. */
async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof UpstreamFailure && error.status !== undefined && error.failure !== 'UNAUTHORIZED')
      return undefined;
    throw error;
  });
}

function checkSize({ width, height }: PlexImageSize): void {
  const isSide = (side: number): boolean => Number.isSafeInteger(side) && side >= 1 && side <= LONGEST_SIDE;
  if (!isSide(width) || !isSide(height)) throw new InvalidInput(`a side is 1 to ${LONGEST_SIDE} pixels`, ['size']);
}
