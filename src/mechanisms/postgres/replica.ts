import type { PoolConfig } from 'pg';
import { DatabaseUnavailable } from '../errors';
import type { Logger, Observer } from '../observability';
import { createDatabase } from './database';
import type { Place } from './database';
import type { WalTrail } from './wal-trail';

/** BEHIND: by more than the bound. AWAY: it does not answer, or it is no replica of our primary (any more). */
export type ReplicaState = 'SERVING' | 'BEHIND' | 'AWAY';

export interface ReplicaStatus {
  /** Where it is, without what is secret. */
  name: string;
  state: ReplicaState;
  /** Null: unknown. */
  lagMs: number | null;
}

export interface Replica {
  status(): ReplicaStatus;
  /** How much runs there now. */
  busy(): number;
  /** Fails with DatabaseUnavailable as soon as it is AWAY, whatever its connections still wait for. */
  run<Result>(work: (place: Place) => Promise<Result>): Promise<Result>;
  /** Looks how it is. */
  look(): Promise<void>;
  /** A read failed there: not asked again before a look says that it is well. */
  leave(reason: unknown): void;
  close(): Promise<void>;
}

export interface ReplicaParts {
  connection: PoolConfig;
  max: number;
  statementTimeoutMs: number;
  maxWaitMs: number;
  trail: WalTrail;
  /** Of the primary; null while it is unknown. */
  systemOf(): string | null;
  /** More than so much behind, and it is left out. */
  lagBoundMs: number;
  observer?: Observer;
  log: Logger;
}

/**
 * A swap of tables comes to a replica as a lock, and its end later. When its replay waits there, as for a backup, who reads would wait behind it for as long, and need not elsewhere. On
 * the primary a swap is done, or gives up, sooner.
 */
const LOCK_PATIENCE_MS = 250;
/** A look is answered at once, or the replica is not well. */
const LOOK_TIMEOUT_MS = 1_000;

interface Found {
  replica: boolean;
  system: string;
  lsn: string | null;
}

export function createReplica(parts: ReplicaParts): Replica {
  const { connection, trail, systemOf, lagBoundMs, log } = parts;
  const name = `${connection.host}:${connection.port ?? 5432}`;
  const pool = createDatabase({
    ...parts,
    connection: { ...connection, lock_timeout: LOCK_PATIENCE_MS },
    applicationName: 'medianest reading',
  });
  const watch = createDatabase({
    connection,
    max: 1,
    applicationName: 'medianest watching',
    log,
    statementTimeoutMs: LOOK_TIMEOUT_MS,
  });
  const running = new Set<(error: Error) => void>();
  let status: ReplicaStatus = { name, state: 'AWAY', lagMs: null };

  function become(state: ReplicaState, lagMs: number | null, reason?: unknown): void {
    if (state !== status.state) {
      log[state === 'SERVING' ? 'info' : 'warn']({ replica: name, state, lagMs, err: reason }, 'a replica changed');
    }
    status = { name, state, lagMs };
    if (state !== 'AWAY') return;
    for (const fail of running) fail(new DatabaseUnavailable(`the replica ${name} is away`));
  }

  async function look(): Promise<void> {
    const [found] = await watch.query<Found>(
      `select pg_is_in_recovery() as replica, pg_last_wal_replay_lsn() - '0/0' as lsn,
              system_identifier::text as system from pg_control_system()`,
    );
    const system = systemOf();
    if (!found?.replica || found.lsn === null) throw new Error('it is no replica');
    if (system === null) throw new Error('the primary has not said yet which server it is');
    if (found.system !== system) throw new Error('it is a replica of another server');
    const lag = trail.lagOf(BigInt(found.lsn));
    // Rounded up: what is beyond the bound must not be told as the bound.
    become(lag > lagBoundMs ? 'BEHIND' : 'SERVING', Number.isFinite(lag) ? Math.ceil(lag) : null);
  }

  return {
    status: () => status,
    busy: () => running.size,
    run: (work) =>
      new Promise((resolve, reject) => {
        running.add(reject);
        work(pool)
          .then(resolve, reject)
          .finally(() => running.delete(reject));
      }),
    look: () => look().catch((error: unknown) => become('AWAY', null, error)),
    leave: (reason) => become('AWAY', null, reason),
    close: async () => void (await Promise.all([pool.close(), watch.close()])),
  };
}
