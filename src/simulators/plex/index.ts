import type { Fault, ReceivedCall } from '../host';
import { createFaults, listen, openRequestLog } from '../host';
import { createApi } from './api';
import type { Arrival } from './content';
import { createLibrary } from './library';

export type { Arrival } from './content';

export interface PlexSimulatorOptions {
  token: string;
  /** How many films: the household's, filled up with generated ones, which cost nothing until somebody looks. Default: none of those. */
  items?: number;
  /** Titles that came into the household while it was watched; asked at every request. */
  arrivals?: () => readonly Arrival[];
  /** Default: one that the system chooses. */
  port?: number;
  machineId?: string;
  clock?: () => Date;
}

export interface PlexSimulator {
  readonly url: string;
  readonly port: number;
  /** From now on; `delayMs` is for SLOW. Resolves when the fault is in force (or, for NONE after DOWN, when the port is open again). */
  setFault(fault: Fault, delayMs?: number): Promise<void>;
  /** From now on another server answers behind the same address. */
  setMachineId(machineId: string): void;
  /** What the simulator received, newest first; of the last thousands. */
  calls(first?: number): ReceivedCall[];
  /** How many it received at each kind of path, like `/library/metadata/:ids`, since it was started: the judge of batching. */
  counts(): Record<string, number>;
  close(): Promise<void>;
}

const MACHINE_ID = '5b1f7a0e9d3c46288e7f10a2c4b6d8e0f1a3b5c7';

/** A Plex Media Server 1.43 over the household, on 127.0.0.1, as the recordings show one. It remembers nothing of its own. */
export async function startPlexSimulator(options: PlexSimulatorOptions): Promise<PlexSimulator> {
  const { token, items = 0, arrivals = () => [], port = 0, clock: now = () => new Date() } = options;
  let machineId = options.machineId ?? MACHINE_ID;
  const faults = createFaults();
  const log = openRequestLog();
  const counts = new Map<string, number>();
  const library = createLibrary({ items, arrivals });
  const api = await createApi({ token, library, machineId: () => machineId, faults, log, counts, now });
  const listener = await listen(port, (request, response) => api.routing(request, response));

  function goDown(): Promise<void> {
    faults.interrupt();
    return listener.close();
  }
  return {
    url: listener.url,
    port: listener.port,
    async setFault(fault, delayMs = 0) {
      faults.set(fault, delayMs);
      await (fault === 'DOWN' ? goDown() : listener.open());
    },
    setMachineId: (next) => void (machineId = next),
    calls: (first = 50) => log.newest(first),
    counts: () => Object.fromEntries(counts),
    async close() {
      await goDown();
      await api.close();
    },
  };
}
