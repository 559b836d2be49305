import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { Connection, Finding } from './connection';
import { findingOf, isUsable } from './connection';
import type { ConnectionHealthRows } from './connection-health.read-model';

/** How a kind of upstream says who it is; throws UpstreamFailure. */
export type Identify = () => Promise<{ flavour: string | null; version: string | null }>;

export interface ConnectionCheckParts {
  connection: Connection;
  identify: Identify;
  /** One cheap call that proves life and key; throws UpstreamFailure. */
  probe: () => Promise<void>;
  health: ConnectionHealthRows;
  /** The connection became usable again: what waited for it goes on. */
  onRestored: () => Promise<void>;
  clock: () => Date;
  log: Logger;
}

const IDENTIFY_PERIOD_MS = 5 * 60_000;

/** One look at a connection, written down for all roles. Who asks gets a look that began after they asked: one that runs may have seen what is no more. */
export function createConnectionCheck({ connection, health, onRestored, clock, log, ...ask }: ConnectionCheckParts) {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let identified = { answer: { flavour: null, version: null } as Awaited<ReturnType<Identify>>, at: 0 };

  /** Who it is, now and then and after every outage; in between only that it lives. */
  async function whoAnswers(wasUp: boolean): Promise<Awaited<ReturnType<Identify>>> {
    const now = clock().getTime();
    if (wasUp && now - identified.at < IDENTIFY_PERIOD_MS) {
      await ask.probe();
    } else {
      identified = { answer: await ask.identify(), at: now };
    }
    return identified.answer;
  }

  async function look(wasUp: boolean): Promise<Finding> {
    try {
      return { ...(await whoAnswers(wasUp)), state: 'UP', problem: null };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      return findingOf(connection.kind, error);
    }
  }

  async function check(): Promise<void> {
    const startedAt = await health.now();
    const before = await health.read(connection.id);
    const finding = await look(before?.state === 'UP');
    await health.record(connection, finding, startedAt);
    if (before?.state !== finding.state) {
      log.info(
        { connection: connection.id, from: before?.state, to: finding.state, problem: finding.problem?.message },
        'connection changed',
      );
    }
    if (before && !isUsable(before.state) && isUsable(finding.state)) await onRestored();
  }

  function start(): Promise<void> {
    running ??= check().finally(() => {
      running = undefined;
    });
    return running;
  }

  return (): Promise<void> => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
