import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { ConnectionCommands } from './commands';
import type { Connection, Finding, UpstreamIdentity } from './connection';
import { findingOf, strangeness, suspension } from './connection';
import type { ConnectionHealthRows, Look } from './connection-health.read-model';

export interface ConnectionCheckParts {
  connection: Connection;
  /** How a kind of upstream says who it is; throws UpstreamFailure. */
  identify: () => Promise<UpstreamIdentity>;
  /** What is cheap and proves life, key and identity; throws UpstreamFailure. */
  probe: () => Promise<Pick<UpstreamIdentity, 'instanceId'>>;
  /** What it said that we do not know. */
  strange: () => string[];
  commands: Pick<ConnectionCommands, 'observe'>;
  health: ConnectionHealthRows;
  onRestored: Look['onRestored'];
  clock: () => Date;
  log: Logger;
}

const IDENTIFY_PERIOD_MS = 5 * 60_000;

/** One look at a connection, written down for all roles. Whoever asks gets a look that began after they asked: one under way may have seen what has changed since. */
export function createConnectionCheck(parts: ConnectionCheckParts) {
  const { connection, commands, health, onRestored, clock, log, ...ask } = parts;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let known: UpstreamIdentity = { flavour: null, version: null, instanceId: null };
  let identifiedAt = 0;

  /** Who it is, now and then and after every outage; in between only that it lives, and is the same. Tells whether it is a stranger. */
  async function whoAnswers(wasUp: boolean): Promise<boolean> {
    const now = clock().getTime();
    if (wasUp && now - identifiedAt < IDENTIFY_PERIOD_MS) {
      const { instanceId } = await ask.probe();
      if (instanceId === known.instanceId) return false;
    }
    const identity = await ask.identify();
    const stranger = await commands.observe(connection, identity);
    known = identity;
    identifiedAt = now;
    return stranger;
  }

  async function look(wasUp: boolean): Promise<Finding> {
    try {
      const stranger = await whoAnswers(wasUp);
      const { flavour, version } = known;
      if (stranger) return { flavour, version, ...suspension(connection) };
      return { flavour, version, state: 'UP', problem: strangeness(connection.kind, ask.strange()) };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      return findingOf(connection.kind, error);
    }
  }

  async function check(): Promise<void> {
    const startedAt = await health.now();
    const before = await health.read(connection.id);
    const finding = await look(before?.state === 'UP');
    await health.record({ connection, finding, startedAt, onRestored });
    if (before?.state !== finding.state) {
      log.info(
        { connection: connection.id, from: before?.state, to: finding.state, problem: finding.problem?.message },
        'connection changed',
      );
    }
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
