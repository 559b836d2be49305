import { bulkhead, BulkheadRejectedError, TaskCancelledError, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { createSingleFlight } from '../cache';
import { DomainError } from '../errors';
import { UpstreamFailure } from '../http';
import type { Logger, Observer } from '../observability';
import type { ImageAddress, ImageName } from './address';
import { createImageAddresses } from './address';
import type { StoredImage } from './disk';
import { etagOf, openImageDisk } from './disk';
import { isImage } from './image-type';

export type { ImageAddress } from './address';

/** Asks a service for one of its pictures. Throws UpstreamFailure, and InvalidInput for what is no path of a picture there. */
export type ImageSource = (path: string) => Promise<{ contentType: string; bytes: Buffer }>;

export type ImageAnswer =
  | ({ kind: 'IMAGE' } & StoredImage)
  /** Not an address of ours, or one that is too old. */
  | { kind: 'REFUSED' }
  | { kind: 'NOT_FOUND' }
  | { kind: 'UNAVAILABLE' };

export interface Images {
  /** The address of a picture on our own origin. */
  addressOf(name: ImageName): string;
  show(address: ImageAddress): Promise<ImageAnswer>;
}

export interface ImagesOptions {
  key: Uint8Array;
  folder: string;
  /** By the name of a connection: nobody else is ever asked. */
  sources: ReadonlyMap<string, ImageSource>;
  clock: () => Date;
  /** Hears of each look for a picture whether the disk had it. */
  observer?: Observer;
  log: Logger;
  maxDiskBytes?: number;
}

export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
const MAX_DISK_BYTES = 512 * 1024 * 1024;
/** Pictures must not take all calls that a service can bear from those who have more important ones. */
const CALLS_AT_ONCE = 2;
const CALLS_WAITING = 200;
/** From the question to the answer, the wait for a free call included. */
const DEADLINE_MS = 15_000;

/** Pictures of the services around us, shown on our own origin: asked for once, then from disk. */
export async function openImages(options: ImagesOptions): Promise<Images> {
  const { key, folder, sources, clock, observer, log, maxDiskBytes = MAX_DISK_BYTES } = options;
  const addresses = createImageAddresses({ key, clock });
  const disk = await openImageDisk({ folder, maxBytes: maxDiskBytes, log });
  const flights = createSingleFlight();
  const slots = new Map([...sources.keys()].map((name) => [name, createSlots()]));

  async function keptImage(name: ImageName): Promise<ImageAnswer | null> {
    const startedAt = performance.now();
    const kept = await disk.read(name);
    const ms = performance.now() - startedAt;
    observer?.step({ kind: 'CACHE', of: name.source, what: 'picture', outcome: kept ? 'HIT' : 'MISS', ms });
    return kept && { kind: 'IMAGE', ...kept };
  }
  async function fetchImage(name: ImageName): Promise<ImageAnswer> {
    const ask = sources.get(name.source);
    if (!ask) return { kind: 'NOT_FOUND' };
    try {
      const { contentType, bytes } = await slots.get(name.source)!.execute(() => ask(name.path));
      if (bytes.length > MAX_IMAGE_BYTES || !isImage(contentType, bytes)) {
        log.warn({ ...name, contentType, bytes: bytes.length }, 'what should be a picture is none that we show');
        return { kind: 'NOT_FOUND' };
      }
      const image = { type: contentType, bytes, etag: etagOf(bytes) };
      await disk.write(name, image);
      return { kind: 'IMAGE', ...image };
    } catch (error) {
      return whyNot(error);
    }
  }

  return {
    addressOf: (name) => addresses.give(name),
    async show(address) {
      const name = addresses.take(address);
      if (!name) return { kind: 'REFUSED' };
      return flights.run(JSON.stringify(name), async () => (await keptImage(name)) ?? fetchImage(name));
    },
  };
}

const createSlots = () =>
  wrap(timeout(DEADLINE_MS, TimeoutStrategy.Aggressive), bulkhead(CALLS_AT_ONCE, CALLS_WAITING));

/** A service that has no such picture, or calls something else by its name, is well. */
function whyNot(error: unknown): ImageAnswer {
  if (error instanceof UpstreamFailure) {
    return { kind: error.status === 404 || error.failure === 'WRONG_SHAPE' ? 'NOT_FOUND' : 'UNAVAILABLE' };
  }
  if (error instanceof BulkheadRejectedError || error instanceof TaskCancelledError) return { kind: 'UNAVAILABLE' };
  if (error instanceof DomainError) return { kind: 'NOT_FOUND' };
  throw error;
}
