import { createHmac, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A picture of a source: the path is the source's own word for it. */
export interface ImageName {
  source: string;
  path: string;
}

/** An address as it came from outside. */
export interface ImageAddress {
  source: string;
  path: string;
  week: string;
  seal: string;
}

const WEEK_MS = 7 * 24 * 3_600_000;
const SEAL_BYTES = 16;
/** Addresses that are remembered: lists show the same pictures again and again, and a seal costs more than all else of an entry. */
const REMEMBERED = 40_000;

export interface ImageAddressParts {
  key: Uint8Array;
  clock: () => Date;
  remembered?: number;
}

/**
 * Addresses on our own origin that name a picture and prove that we gave them out: who has one needs no token. The same picture has the same
 * address for a week, so that browsers keep it, and an address is good for that week and the next.
 */
export function createImageAddresses({ key, clock, remembered = REMEMBERED }: ImageAddressParts) {
  const thisWeek = (): number => Math.floor(clock().getTime() / WEEK_MS);
  const sealOf = ({ source, path }: ImageName, week: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([source, path, week]))
      .digest()
      .subarray(0, SEAL_BYTES);

  const given = new LRUCache<string, string>({ max: remembered });
  let givenIn = -1;

  function sealed(name: ImageName, week: string): string {
    const query = new URLSearchParams({ path: name.path, week, seal: sealOf(name, week).toString('base64url') });
    return `/images/${encodeURIComponent(name.source)}?${query}`;
  }

  return {
    /** `/images/plex?path=…&week=…&seal=…` */
    give(name: ImageName): string {
      const week = thisWeek();
      if (week !== givenIn) given.clear();
      givenIn = week;
      const picture = JSON.stringify([name.source, name.path]);
      let address = given.get(picture);
      if (address === undefined) given.set(picture, (address = sealed(name, String(week))));
      return address;
    },
    /** The picture, or null: it was not given out by us, or too long ago. */
    take({ source, path, week, seal }: ImageAddress): ImageName | null {
      const name = { source, path };
      const [given, right] = [Buffer.from(seal, 'base64url'), sealOf(name, week)];
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
      const age = thisWeek() - Number(week);
      return age === 0 || age === 1 ? name : null;
    },
  };
}
