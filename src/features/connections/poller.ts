import { MediaNestError } from '../../mechanisms/errors';
import type { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { Connection, Finding } from './connection';
import { findingOf, isUsable } from './connection';
import type { ConnectionHealthRows } from './connection-health.read-model';

/** How a kind of upstream says who it is; throws UpstreamFailure. */
export type Identify = () => Promise<{ flavour: string | null; version: string | null }>;

export interface ConnectionCheckParts {
  connection: Connection;
  identify: Identify;
  health: ConnectionHealthRows;
  /** The connection became usable again: what waited for it goes on. */
  onRestored: () => Promise<void>;
  clock: () => Date;
  log: Logger;
}

/** One look at a connection, written down for all roles. Looks that come while one runs share its answer. */
export function createConnectionCheck({ connection, identify, health, onRestored, clock, log }: ConnectionCheckParts) {
  let running: Promise<void> | undefined;

  async function look(): Promise<Finding> {
    try {
      return { ...(await identify()), state: 'UP', problem: null };
    } catch (error) {
      if (!(error instanceof MediaNestError) || error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
      return findingOf(connection.kind, error as UpstreamFailure);
    }
  }

  async function check(): Promise<void> {
    const startedAt = clock();
    const finding = await look();
    const before = await health.read(connection.id);
    await health.record(connection, finding, startedAt);
    if (before?.state !== finding.state) {
      log.info({ connection: connection.id, from: before?.state, to: finding.state, problem: finding.problem?.message }, 'connection changed');
    }
    if (before && !isUsable(before.state) && isUsable(finding.state)) await onRestored();
  }

  return (): Promise<void> => {
    running ??= check().finally(() => {
      running = undefined;
    });
    return running;
  };
}
