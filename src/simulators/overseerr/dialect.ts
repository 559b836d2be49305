import type { Json } from './representation';
import type { Rules } from './validation';

/** Where the two products differ, as recorded of Seerr 3.1.0 and Overseerr 1.34.0 (contracts/overseerr.md 12). */
export interface Dialect {
  version: string;
  title: string;
  /** What was asked for and arrived is COMPLETED; otherwise it stays APPROVED for good. */
  completes: boolean;
  /** Season 0 can be asked for, and "all" means it too. */
  takesSpecials: boolean;
  /** `updatedAt` follows every change; otherwise it stays at the creation. */
  keepsTimes: boolean;
  /** The image proxy has pictures of several sources, each under its name; otherwise of TMDB only, without one. */
  namesImageSources: boolean;
  /** What the description knows of the query and the path of an endpoint. */
  describe(rules: Rules): Rules;
  /** An answer, told in the keys of this product. */
  speak(body: unknown): unknown;
}

const seerr: Dialect = {
  version: '3.1.0',
  title: 'Seerr',
  completes: true,
  takesSpecials: false,
  keepsTimes: false,
  namesImageSources: true,
  describe: (rules) => rules,
  speak: (body) => body,
};

const UNKNOWN_PARAMETERS = ['sortDirection', 'mediaType'];
const UNKNOWN_VALUES = ['completed', 'deleted'];
const UNKNOWN_KEYS = new Set([
  ...['warnings', 'jellyfinUsername', 'jellyfinUserId', 'avatarETag', 'avatarVersion'],
  ...['jellyfinMediaId', 'jellyfinMediaId4k', 'canRemove', 'serviceErrors', 'completed', 'onUserWatchlist'],
  ...['enableSpecialEpisodes', 'hideBlocklisted', 'jellyfinExternalHost', 'jellyfinForgotPasswordUrl'],
  ...['mediaServerLogin', 'mediaServerType', 'streamingRegion', 'userEmailRequired', 'youtubeUrl'],
]);
const RENAMED: Readonly<Record<string, (value: unknown) => [string, unknown]>> = {
  discoverRegion: (value) => ['region', value],
  watchlists: () => ['seasons', []],
  mediaAddedAt: () => ['mediaAddedAt', null],
};

function speakOverseerr(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(speakOverseerr);
  if (typeof body !== 'object' || body === null) return body;
  const known = Object.entries(body as Json).filter(([key]) => !UNKNOWN_KEYS.has(key));
  return Object.fromEntries(known.map(([key, value]) => RENAMED[key]?.(value) ?? [key, speakOverseerr(value)]));
}

const overseerr: Dialect = {
  version: '1.34.0',
  title: 'Overseerr',
  completes: false,
  takesSpecials: true,
  keepsTimes: true,
  namesImageSources: false,
  describe(rules) {
    const known = Object.entries(rules).filter(([name]) => !UNKNOWN_PARAMETERS.includes(name));
    return Object.fromEntries(
      known.map(([name, { oneOf, ...rule }]) => [
        name,
        oneOf ? { ...rule, oneOf: oneOf.filter((value) => !UNKNOWN_VALUES.includes(value)) } : rule,
      ]),
    );
  },
  speak: speakOverseerr,
};

export const dialects = { SEERR: seerr, OVERSEERR: overseerr };
export type Flavour = keyof typeof dialects;
