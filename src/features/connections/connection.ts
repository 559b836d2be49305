import { Conflict } from '../../mechanisms/errors';

export type ConnectionKindName = 'PLEX' | 'OVERSEERR' | 'UPTIME_KUMA';
export type ConnectionStateName = 'UP' | 'DOWN' | 'UNAUTHORIZED' | 'DEGRADED' | 'SUSPENDED' | 'ABSENT';

/** A service of the settings. */
export interface Connection {
  id: string;
  kind: ConnectionKindName;
  simulated: boolean;
  /** It is not set up: what to do about it. */
  absent?: string;
}

/** Who answers, by its own account. */
export interface UpstreamIdentity {
  flavour: string | null;
  version: string | null;
  /** Of this very installation; null where a kind of service has none. */
  instanceId: string | null;
}

/** What one look at a connection found. */
export interface Finding {
  state: ConnectionStateName;
  flavour: string | null;
  version: string | null;
  problem: { code: string; message: string } | null;
}

/** How a connection is, as all roles read it. */
export interface ConnectionHealth extends Connection, Finding {
  since: Date;
  checkedAt: Date;
}

/** Whether calls may be made. Not looked at yet counts as usable: the first call will tell. */
export function isUsable(state: ConnectionStateName | undefined): boolean {
  return state === undefined || state === 'UP';
}

const NAMES: Record<ConnectionKindName, string> = { PLEX: 'Plex', OVERSEERR: 'Overseerr', UPTIME_KUMA: 'Uptime Kuma' };
const FEATURES: Record<ConnectionKindName, string[]> = {
  PLEX: ['LIBRARY'],
  OVERSEERR: ['REQUESTS', 'SEARCH'],
  UPTIME_KUMA: ['STATUS'],
};

/** Features that do not work as usual now. */
export function degradedFeatures(health: readonly ConnectionHealth[]): string[] {
  return health.filter(({ state }) => !isUsable(state)).flatMap(({ kind }) => FEATURES[kind]);
}

const WHATS_WRONG: Partial<Record<ConnectionStateName, string>> = {
  UNAUTHORIZED: 'refuses our key',
  DEGRADED: 'does not answer as it should',
  SUSPENDED: 'is another one than before, and waits for an admin,',
};

/** Something broke; what was never set up did not. */
export const isOutage = ({ state }: ConnectionHealth): boolean => !isUsable(state) && state !== 'ABSENT';

const WHAT_FOLLOWS: Record<ConnectionKindName, string> = {
  PLEX: 'what you see of the library is what we last saw',
  OVERSEERR: 'your request is safe and will be handed over when it is back',
  UPTIME_KUMA: 'nobody watches the services for us until it is back',
};

/** "Overseerr is down since 19:40 UTC; your request is safe and will be handed over when it is back." */
export function outageNotice({ kind, state, since }: ConnectionHealth): string {
  const what = WHATS_WRONG[state] ?? 'is down';
  return `${NAMES[kind]} ${what} since ${since.toISOString().slice(11, 16)} UTC; ${WHAT_FOLLOWS[kind]}.`;
}

export const isAbsent = (connection: Connection): connection is Connection & { absent: string } =>
  connection.absent !== undefined;

/** How one is that is not set up: nobody looks at it. */
export function absentHealth(connection: Connection & { absent: string }): ConnectionHealth {
  const never = new Date(0);
  const problem = { code: 'CONNECTION_ABSENT', message: connection.absent };
  return { ...connection, state: 'ABSENT', flavour: null, version: null, problem, since: never, checkedAt: never };
}

export function nothingToAccept(): Conflict {
  return new Conflict('The same machine answers there as before: there is nothing to accept.', 'NOTHING_TO_ACCEPT');
}

/** It works, but says things that we have no word for: newer than we are, most likely. */
export function strangeness(kind: ConnectionKindName, strange: string[]): Finding['problem'] {
  if (strange.length === 0) return null;
  const message = `${NAMES[kind]} says what this version does not know (${strange.join(', ')}): what carries it stays as it was. Is there a newer MediaNest?`;
  return { code: 'UNKNOWN_UPSTREAM_STATE', message };
}

/** Somebody else answers than we deal with. */
export function suspension({ id, kind }: Connection): Pick<Finding, 'state' | 'problem'> {
  const message = `Another ${NAMES[kind]} answers at the address than before. Nothing is written there: set the address of the one that you mean and start again, or run acceptUpstreamIdentity(connectionId: "${id}") to go on with this one.`;
  return { state: 'SUSPENDED', problem: { code: 'CONNECTION_IDENTITY_CHANGED', message } };
}

const CREDENTIALS: Record<ConnectionKindName, string> = {
  PLEX: 'our token: set the current one',
  OVERSEERR: 'our key: set the current one (Settings > General there)',
  UPTIME_KUMA: 'our user and password: set the current ones, of a user without a second factor,',
};

/** What is wrong, by the kind of failure, and what an admin can do. */
export function findingOf(kind: ConnectionKindName, failure: { failure: string; message: string }): Finding {
  const nobody = { flavour: null, version: null };
  const name = NAMES[kind];
  if (failure.failure === 'UNAUTHORIZED') {
    const message = `${name} refuses ${CREDENTIALS[kind]} and start again (${failure.message}).`;
    return { ...nobody, state: 'UNAUTHORIZED', problem: { code: 'CONNECTION_UNAUTHORIZED', message } };
  }
  if (failure.failure === 'WRONG_SHAPE') {
    const message = `What answers at the address is not ${name}, or not as we know it (${failure.message}): check the address.`;
    return { ...nobody, state: 'DEGRADED', problem: { code: 'CONNECTION_WRONG_SHAPE', message } };
  }
  const message = `${name} does not answer (${failure.message}): is it running, is the address right?`;
  return { ...nobody, state: 'DOWN', problem: { code: 'CONNECTION_DOWN', message } };
}
