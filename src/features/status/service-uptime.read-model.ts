import type { Logger } from '../../mechanisms/observability';
import type { Database, Queryable } from '../../mechanisms/postgres';
import type { CheckedStatus } from './service/service';

/** A check that counts. */
export interface CountedCheck {
  serviceId: string;
  status: CheckedStatus;
  /** ISO 8601 UTC. */
  at: string;
  pingMs: number | null;
}

export interface Uptime {
  /** Up of all checks but those in maintenance, 0 to 1; null: there were none. */
  ratio: number | null;
  checks: number;
  avgPingMs: number | null;
}

export type UptimeWindow = 'D1' | 'D7' | 'D30' | 'D90';
const WINDOWS: Record<UptimeWindow, { days: number; tier: string }> = {
  D1: { days: 1, tier: 'MINUTE' },
  D7: { days: 7, tier: 'MINUTE' },
  D30: { days: 30, tier: 'QUARTER' },
  D90: { days: 90, tier: 'QUARTER' },
};

const COUNT_EVERY_MS = 1_000;
const MOST_UNCOUNTED = 50_000;
const TRIM_EVERY_MS = 3_600_000;

/** Counts only what is newer than the newest check that was counted: a board that is seen again counts nothing twice, whoever sees it. */
const COUNT = `
  with seen as (
    select distinct on (service_id, at) * from json_to_recordset($1::json) as seen
      (service_id text, status text, at timestamptz, ping_ms float8)
  ), fresh as (
    select seen.* from seen left join service_pulse as pulse using (service_id)
    where pulse.checked_at is null or seen.at > pulse.checked_at
  ), counted as (
    insert into service_uptime as bucket
    select service_id, tier, date_bin(width, at, '2000-01-01Z') as starts_at,
      count(*) filter (where status = 'UP'), count(*) filter (where status = 'DOWN'),
      count(*) filter (where status = 'PENDING'), count(*) filter (where status = 'MAINTENANCE'),
      coalesce(sum(ping_ms) filter (where status = 'UP'), 0), count(ping_ms) filter (where status = 'UP')
    from fresh cross join (values
      ('MINUTE', interval '1 minute'), ('QUARTER', interval '15 minutes'), ('DAY', interval '1 day')
    ) as tiers (tier, width)
    group by service_id, tier, starts_at
    on conflict (service_id, tier, starts_at) do update set
      up = bucket.up + excluded.up, down = bucket.down + excluded.down, pending = bucket.pending + excluded.pending,
      maintenance = bucket.maintenance + excluded.maintenance,
      ping_sum = bucket.ping_sum + excluded.ping_sum, pings = bucket.pings + excluded.pings
  )
  insert into service_pulse as pulse
  select distinct on (service_id) service_id, at, ping_ms from fresh order by service_id, at desc
  on conflict (service_id) do update set checked_at = excluded.checked_at, ping_ms = excluded.ping_ms`;

/** Tables `service_uptime` and `service_pulse`: telemetry, written by the poller that leads. */
export function createServiceUptime(database: Database) {
  return {
    async count(checks: readonly CountedCheck[]): Promise<void> {
      if (checks.length === 0) return;
      const rows = checks.map(({ serviceId, status, at, pingMs }) => ({
        service_id: serviceId,
        status,
        at,
        ping_ms: pingMs,
      }));
      await database.transaction(async (tx) => {
        // Two who count at once would both find the same checks new.
        await tx.query(`select pg_advisory_xact_lock(hashtext('service_uptime'))`);
        await tx.query(COUNT, [JSON.stringify(rows)]);
      });
    },

    /** Takes away what is finer than its age is worth. */
    async trim(): Promise<void> {
      await database.query(
        `delete from service_uptime where (tier = 'MINUTE' and starts_at < now() - interval '7 days 1 hour')
           or (tier = 'QUARTER' and starts_at < now() - interval '90 days 1 hour')`,
      );
    },
  };
}
export type ServiceUptime = ReturnType<typeof createServiceUptime>;

export async function readUptime(
  database: Queryable,
  serviceIds: readonly string[],
  window: UptimeWindow,
): Promise<Map<string, Uptime>> {
  const { days, tier } = WINDOWS[window];
  const rows = await database.query<{ id: string; up: number; checks: number; ping_sum: number; pings: number }>(
    `select service_id as id, sum(up)::int as up, sum(up + down + pending)::int as checks,
       sum(ping_sum) as ping_sum, sum(pings)::int as pings
     from service_uptime where service_id = any($1) and tier = $2 and starts_at > now() - $3::int * interval '1 day'
     group by service_id`,
    [serviceIds, tier, days],
  );
  const mean = (sum: number, count: number) => (count === 0 ? null : sum / count);
  return new Map(
    rows.map(({ id, up, checks, ping_sum, pings }) => [
      id,
      { ratio: mean(up, checks), checks, avgPingMs: mean(ping_sum, pings) },
    ]),
  );
}

/** Checks on their way into the uptime, some at a time. */
export function createUptimeCounter(uptime: ServiceUptime, log: Logger) {
  let waiting: CountedCheck[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let trimAt = 0;

  async function count(): Promise<void> {
    const checks = waiting;
    waiting = [];
    try {
      await uptime.count(checks);
      if (Date.now() < trimAt) return;
      trimAt = Date.now() + TRIM_EVERY_MS;
      await uptime.trim();
    } catch (error) {
      waiting = [...checks, ...waiting].slice(-MOST_UNCOUNTED);
      log.warn({ err: error }, 'checks could not be counted; they wait');
    }
  }
  function start(): void {
    timer = undefined;
    running = running.then(count);
  }
  return {
    add(checks: CountedCheck[]): void {
      if (checks.length === 0) return;
      waiting.push(...checks);
      timer ??= setTimeout(start, COUNT_EVERY_MS);
    },
    async stop(): Promise<void> {
      clearTimeout(timer);
      start();
      await running;
      waiting = [];
    },
  };
}
