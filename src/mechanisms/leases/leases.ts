import type { Logger } from '../observability';
import type { Queryable } from '../postgres';
import type { AcquireOptions, Lease, Leases } from './lease';

export interface LeasesParts {
  database: Queryable;
  holder: string;
  leaseMs: number;
  log: Logger;
}

/** Leases this process holds, by name. */
type Held = Map<string, { epoch: bigint; onLost?: () => void }>;

/** The name of the lease that says: this process lives. */
export const processLease = (holder: string): string => `process:${holder}`;

export function createLeases(parts: LeasesParts): Leases {
  const { holder, leaseMs, log } = parts;
  const held: Held = new Map();
  let renewal: Promise<void> | undefined;
  const timer = setInterval(() => {
    renewal ??= renew(parts, held)
      .catch((error: unknown) => log.warn({ err: error }, 'leases could not be renewed'))
      .finally(() => (renewal = undefined));
  }, leaseMs / 3);
  return {
    holder,
    leaseMs,
    acquire: (name, options = {}) => acquire(parts, held, { name, ...options }),
    async close() {
      clearInterval(timer);
      await renewal;
      const names = [...held.keys()];
      held.clear();
      await expire(parts, names);
    },
  };
}

async function acquire(
  parts: LeasesParts,
  held: Held,
  { name, workerPoolId, onLost }: AcquireOptions & { name: string },
): Promise<Lease | null> {
  const [row] = await parts.database.query<{ epoch: string }>(
    `insert into lease (name, holder, epoch, expires_at, worker_pool_id)
     values ($1, $2, 1, clock_timestamp() + $3::float8 * interval '1 ms', $4)
     on conflict (name) do update
       set holder = excluded.holder, epoch = lease.epoch + 1, expires_at = excluded.expires_at, worker_pool_id = excluded.worker_pool_id
       where lease.holder = excluded.holder or lease.expires_at <= clock_timestamp()
     returning epoch`,
    [name, parts.holder, parts.leaseMs, workerPoolId ?? null],
  );
  if (!row) return null;
  const epoch = BigInt(row.epoch);
  held.set(name, { epoch, onLost });
  const isHeld = (): boolean => held.get(name)?.epoch === epoch;
  return {
    name,
    epoch,
    held: isHeld,
    async release() {
      if (!isHeld()) return;
      held.delete(name);
      await expire(parts, [name]);
    },
  };
}

/** For who owns the database alone and has only just started it: whoever held a lease is gone, and need not be waited for. */
export async function endAllLeases(database: Queryable): Promise<void> {
  await database.query(`update lease set expires_at = '-infinity'`);
}

/** One statement for all. A lease that ran out but was not taken is ours still. */
async function renew({ database, holder, leaseMs, log }: LeasesParts, held: Held): Promise<void> {
  const mine = [...held];
  if (mine.length === 0) return;
  const rows = await database.query<{ name: string }>(
    `update lease set expires_at = clock_timestamp() + $2::float8 * interval '1 ms'
     from unnest($3::text[], $4::bigint[]) as mine (name, epoch)
     where lease.name = mine.name and lease.epoch = mine.epoch and lease.holder = $1
     returning lease.name`,
    [holder, leaseMs, mine.map(([name]) => name), mine.map(([, { epoch }]) => epoch)],
  );
  const renewed = new Set(rows.map(({ name }) => name));
  for (const [name, lease] of mine) {
    if (renewed.has(name) || held.get(name) !== lease) continue;
    held.delete(name);
    log.warn({ lease: name, epoch: lease.epoch.toString() }, 'lost a lease to another process');
    lease.onLost?.();
  }
}

/** The rows stay: their epochs must go on rising. When the database is away the leases run out by themselves. */
async function expire({ database, holder, log }: LeasesParts, names: string[]): Promise<void> {
  try {
    await database.query(`update lease set expires_at = '-infinity' where holder = $1 and name = any($2::text[])`, [
      holder,
      names,
    ]);
  } catch (error) {
    log.warn({ err: error, leases: names }, 'leases could not be given back');
  }
}
