import type { Leases } from '../leases';
import { leaseOf, recordState } from './checkpoint';
import { isPassing, ProjectionStopped } from './failures';
import { pause } from './pause';
import type { Projection } from './projection';
import type { RebuildParts } from './rebuild';
import { rebuild } from './rebuild';
import { rebuildOf, wantedRebuilds } from './rebuild-request';

export interface RebuilderParts extends Omit<RebuildParts, 'projection'> {
  projections: readonly Projection[];
  leases: Leases;
}

/** Makes anew what somebody wants, and what a process that died has left in the middle. */
export interface Rebuilder {
  stop(): Promise<void>;
}

const LOOK_MS = 1_000;

export function startRebuilder({ projections, leases, ...parts }: RebuilderParts): Rebuilder {
  const { log } = parts;
  const stop = new AbortController();
  const running = new Map<string, Promise<void>>();
  const withRows = projections.filter(({ tables }) => tables.length > 0);

  async function run(projection: Projection): Promise<void> {
    const { name, version } = projection;
    const lease = await leases.acquire(leaseOf({ name: rebuildOf(name) }));
    if (!lease) return; // another process does it
    const term = { projection: { name: rebuildOf(name), version }, epoch: lease.epoch };
    try {
      const isDone = await rebuild({ ...parts, projection }, lease, stop.signal);
      if (isDone) log.info({ projection: name, version }, 'a projection was rebuilt');
    } catch (error) {
      if (!(error instanceof ProjectionStopped)) throw error;
      await recordState(parts.database, term, { state: 'STOPPED', error: error.message });
      log.error({ err: error, projection: name }, 'a rebuild stopped; the rows from before are read as they are');
    } finally {
      await lease.release();
    }
  }
  const complain = (error: unknown, projection?: string): void =>
    log[isPassing(error) ? 'warn' : 'error']({ err: error, projection }, 'a rebuild was interrupted; it will go on');
  const look = async (): Promise<void> => {
    for (const projection of await wantedRebuilds(parts.database, withRows)) {
      const { name } = projection;
      if (running.has(name)) continue;
      const ended = run(projection).catch((error: unknown) => complain(error, name));
      running.set(
        name,
        ended.finally(() => running.delete(name)),
      );
    }
  };
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await look().catch((error: unknown) => complain(error));
      await pause(LOOK_MS, stop.signal);
    }
    await Promise.all(running.values());
  };
  const looking = loop();
  return {
    async stop() {
      stop.abort();
      await looking;
    },
  };
}
