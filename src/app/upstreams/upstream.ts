import type { Connection } from '../../features/connections';
import { Conflict } from '../../mechanisms/errors';
import type { Logger, Observer } from '../../mechanisms/observability';
import type { Settings } from '../config';
import type { Releases } from '../shutdown';
import type { StateFolder } from '../state-folder';

/** A stand-in for a service, in this process or in another: where it is reached, and its switches. All that they say is JSON. */
export interface Simulated {
  address: object;
  switches: Record<string, (...args: never[]) => Promise<unknown>>;
}

/** A service around us: real, simulated, or absent. */
export interface Upstream<Client> {
  connection: Connection;
  /** Of an absent one every method but `close` throws CONNECTION_ABSENT. */
  client: Client;
  simulated?: Simulated;
}

export interface UpstreamParts {
  settings: Settings;
  folder: StateFolder;
  /** The simulators of another process, which we ask instead of starting our own. */
  remoteSimulators?: RemoteSimulators;
  releases: Releases;
  observer?: Observer;
  log: Logger;
}

export interface RemoteSimulators {
  of<One extends Simulated>(connectionId: string): Promise<One>;
}

/** Stands where no service is set up: what is asked of it is answered with what to do. */
export function absentClient<Client extends object>(message: string): Client {
  return new Proxy({} as Client, {
    get: (_target, name) => (name === 'close' ? () => Promise.resolve() : () => refuse(message)),
  });
}

function refuse(message: string): Promise<never> {
  return Promise.reject(new Conflict(message, 'CONNECTION_ABSENT'));
}
