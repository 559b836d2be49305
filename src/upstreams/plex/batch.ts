import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import type { PlexItem, PlexLookup } from './plex';

/** More at once take a busy server too long (contracts/plex.md 3.7). */
const LARGEST_BATCH = 50;

/** Asks for several ids at once; answers those that are there, in any order. */
export type AskMany = (ratingKeys: readonly string[]) => Promise<PlexItem[]>;

/** An entry for each id. Throws UpstreamFailure when nobody can tell anything. */
export async function lookUpMany(ask: AskMany, ratingKeys: readonly string[]): Promise<Map<string, PlexLookup>> {
  const keys = [...new Set(ratingKeys)];
  if (keys.length > LARGEST_BATCH) throw new InvalidInput(`at most ${LARGEST_BATCH} ids at once`, ['ratingKeys']);
  if (keys.length === 0) return new Map();
  try {
    return await look(ask, keys);
  } catch (error) {
    if (!isSick(error) || keys.length === 1) throw error;
    return apart(ask, keys);
  }
}

async function look(ask: AskMany, keys: readonly string[]): Promise<Map<string, PlexLookup>> {
  const found = new Map((await ask(keys)).map((item) => [item.ratingKey, item]));
  return new Map(keys.map((key) => [key, found.get(key) ?? null]));
}

/** One sick item stalls or breaks the answer for all: halves, and the halves of a sick half, until it is alone. Both sick is an outage. */
async function apart(ask: AskMany, keys: readonly string[]): Promise<Map<string, PlexLookup>> {
  const middle = Math.ceil(keys.length / 2);
  const halves = [keys.slice(0, middle), keys.slice(middle)];
  const looks = await Promise.allSettled(halves.map((half) => look(ask, half)));
  const reasons = looks.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const fatal = reasons.find((reason) => !isSick(reason));
  if (fatal || reasons.length === halves.length) throw fatal ?? reasons[0];
  const settled = await Promise.all(
    looks.map((one, at) => (one.status === 'fulfilled' ? one.value : sickHalf(ask, halves[at]!, one.reason))),
  );
  return new Map(settled.flatMap((part) => [...part]));
}

async function sickHalf(ask: AskMany, keys: readonly string[], reason: unknown): Promise<Map<string, PlexLookup>> {
  const failed = (failure: unknown) => new Map(keys.map((key) => [key, failure as UpstreamFailure]));
  if (keys.length === 1) return failed(reason);
  return apart(ask, keys).catch((error: unknown) => {
    if (isSick(error)) return failed(error);
    throw error;
  });
}

/** What a sick item can be the reason of; a server that is not there or refuses us is none of it. */
function isSick(error: unknown): boolean {
  return error instanceof UpstreamFailure && ['TIMEOUT', 'UPSTREAM_5XX', 'WRONG_SHAPE'].includes(error.failure);
}
