import { setTimeout as timer } from 'node:timers/promises';
import type { PoolConfig } from 'pg';
import { DatabaseUnavailable, Overloaded } from '../errors';
import type { Logger, Observer } from '../observability';
import type { Database, Place } from './database';
import type { Replica, ReplicaStatus } from './replica';
import { createReplica } from './replica';
import { sqlStateOf } from './sql-state';
import { createWalTrail } from './wal-trail';

/**
 * Where reads go that may be a little old: to a replica that is well, and to the primary where there is none. A statement is one such read. What
 * decides something, or must see what was just written, asks the primary.
 */
export interface ReadDatabase extends Place {
  readonly primary: Place;
  /**
   * All statements of `work` at one place, which is that far behind as far as is known. It only reads: when the place fails, it runs again at another, at last
   * on the primary.
   */
  read<Result>(work: (place: Place, lagMs: number) => Promise<Result>): Promise<Result>;
  replicas(): ReplicaStatus[];
  close(): Promise<void>;
}

export interface ReadDatabaseOptions {
  primary: Database;
  replicas: readonly PoolConfig[];
  /** Connections to each. */
  max: number;
  statementTimeoutMs: number;
  /** Who would have to wait longer for one of them is told OVERLOADED at once. */
  maxWaitMs: number;
  /** A replica that is more behind is left out. */
  lagBoundMs: number;
  /** How often replicas are looked at. */
  lookMs?: number;
  observer?: Observer;
  log: Logger;
}

const USUAL_LOOK_MS = 250;
/** A second replica is worth a try; after that the primary knows. */
const TRIES = 2;
/** A lag of so much counts as much as another read that runs there. */
const LAG_WEIGHT_MS = 100;

/**
 * A replica ends a read that stands in the way of what it has to replay, or waits behind that, and it may not have a table or a column yet. What waits there in a crowd, or behind a freeze,
 * need not wait elsewhere.
 */
const OF_THIS_PLACE = new Set(['40001', '55P03', '42P01', '42703']);
const isOfThisPlace = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || error instanceof Overloaded || OF_THIS_PLACE.has(sqlStateOf(error));

export function createReadDatabase(options: ReadDatabaseOptions): ReadDatabase {
  const { primary, lookMs = USUAL_LOOK_MS } = options;
  const trail = createWalTrail();
  let system: string | null = null;
  const replicas = options.replicas.map((connection) =>
    createReplica({ ...options, connection, trail, systemOf: () => system }),
  );
  const closing = new AbortController();

  async function markPrimary(): Promise<void> {
    const [found] = await primary.query<{ lsn: string; system: string }>(
      `select pg_current_wal_lsn() - '0/0' as lsn, system_identifier::text as system from pg_control_system()`,
    );
    if (!found) return;
    system = found.system;
    trail.mark(BigInt(found.lsn));
  }
  const watching = replicas.length > 0 ? [markPrimary, ...replicas.map(({ look }) => look)] : [];
  // Each at its own pace: who is frozen holds up nobody.
  const loops = watching.map((look) => again(look, lookMs, closing.signal));

  async function read<Result>(work: (place: Place, lagMs: number) => Promise<Result>): Promise<Result> {
    for (const replica of inOrder(replicas).slice(0, TRIES)) {
      const { lagMs } = replica.status();
      try {
        return await replica.run((place) => work(place, lagMs ?? 0));
      } catch (error) {
        if (!isOfThisPlace(error)) throw error;
        if (error instanceof DatabaseUnavailable) replica.leave(error);
      }
    }
    return work(primary, 0);
  }

  return {
    primary,
    read,
    query: (sql, values) => read((place) => place.query(sql, values)),
    prepared: (statement, values) => read((place) => place.prepared(statement, values)),
    replicas: () => replicas.map((replica) => replica.status()),
    async close() {
      closing.abort();
      await Promise.all([...replicas.map((replica) => replica.close()), ...loops]);
    },
  };
}

/** Those that are well: the least busy and least behind first; among equals chance spreads them. */
function inOrder(replicas: readonly Replica[]): Replica[] {
  return replicas
    .filter((replica) => replica.status().state === 'SERVING')
    .map((replica) => ({
      replica,
      cost: replica.busy() + (replica.status().lagMs ?? 0) / LAG_WEIGHT_MS + Math.random(),
    }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ replica }) => replica);
}

/** Of the primary nothing is learned while it is away; its pools tell of that. */
async function again(look: () => Promise<void>, periodMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => undefined);
    await timer(periodMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
