import { createBatchLoader } from '../../mechanisms/batching';
import type { BatchLoader } from '../../mechanisms/batching';
import type { Queryable } from '../../mechanisms/postgres';
import { selectByKeys } from '../../mechanisms/postgres';
import type { View, ViewLoader } from '../../mechanisms/projections';
import { createViewLoader } from '../../mechanisms/projections';
import type { ServiceStatus } from './service/service';
import type { ServiceRow, StoredService } from './service-view.read-model';
import { COLUMNS, rowOf } from './service-view.read-model';
import type { Uptime, UptimeWindow } from './service-uptime.read-model';
import { readUptime } from './service-uptime.read-model';

/** The newest check of a service. */
export interface Pulse {
  checkedAt: Date;
  pingMs: number | null;
}

export interface BoardPage {
  rows: ServiceRow[];
  counts: Partial<Record<ServiceStatus, number>>;
}

export interface BoardWanted {
  limit: number;
  /** The sort keys of the last service before. */
  after?: { name: string; serviceId: string };
  /** Not older than this. */
  atLeast?: bigint;
}

/** In the order of its index. */
const pageSql = ({ after }: BoardWanted): string =>
  `select ${COLUMNS} from service_view where not retired ${after ? 'and (name collate "C", service_id) > ($2, $3)' : ''}
   order by name collate "C", service_id limit $1`;
const valuesOf = ({ limit, after }: BoardWanted): unknown[] => (after ? [limit, after.name, after.serviceId] : [limit]);

/** The questions that lists and the poller ask the table `service_view`. */
export function createServiceQueries(view: View) {
  return {
    /** Those on the board, by name. */
    async page({ atLeast, ...wanted }: BoardWanted): Promise<ServiceRow[]> {
      return (await view.query<StoredService>(pageSql(wanted), valuesOf(wanted), atLeast)).map(rowOf);
    },

    /** A page, and how many of all there are in each status: of one moment, so that the two agree. */
    async countedPage({ atLeast, ...wanted }: BoardWanted): Promise<BoardPage> {
      const found = await view.query<Partial<StoredService> & { counts: BoardPage['counts'] }>(
        `select ${COLUMNS}, counts
         from (select coalesce(json_object_agg(status, count), '{}') as counts
               from (select status, count(*) from service_view where not retired group by status) as each_status) as whole
         left join (${pageSql(wanted)}) as shown on true`,
        valuesOf(wanted),
        atLeast,
      );
      const shown = found.filter((row): row is StoredService & (typeof found)[number] => row.state !== null);
      return { rows: shown.map(rowOf), counts: found[0]?.counts ?? {} };
    },
    async byName(name: string): Promise<ServiceRow | undefined> {
      const rows = await view.query<StoredService>(
        `select ${COLUMNS} from service_view where name = $1 and not retired order by name collate "C", service_id limit 1`,
        [name],
      );
      return rows.map(rowOf)[0];
    },
    async ofConnection(connectionId: string): Promise<ServiceRow[]> {
      const rows = await view.query<StoredService>(
        `select ${COLUMNS} from service_view where connection_id = $1 and not retired`,
        [connectionId],
      );
      return rows.map(rowOf);
    },
  };
}
export type ServiceQueries = ReturnType<typeof createServiceQueries>;

const BY_ID = { name: 'services_by_id', text: selectByKeys(COLUMNS, 'service_view', { service_id: 'text' }) };
const byItself = (id: string) => id;

export function createServiceLoader(view: View): () => ViewLoader<string, ServiceRow> {
  return () =>
    createViewLoader({
      keyOf: byItself,
      async load(ids, atLeast) {
        const rows = await view.prepared<StoredService>(BY_ID, [ids], atLeast);
        return new Map(rows.map(rowOf).map((row) => [row.state.serviceId, row]));
      },
    });
}

export function createPulseLoader(database: Queryable): () => BatchLoader<string, Pulse> {
  return () =>
    createBatchLoader({
      keyOf: byItself,
      async load(ids) {
        const rows = await database.query<{ service_id: string; checked_at: Date; ping_ms: number | null }>(
          'select service_id, checked_at, ping_ms from service_pulse where service_id = any($1)',
          [ids],
        );
        return new Map(rows.map((row) => [row.service_id, { checkedAt: row.checked_at, pingMs: row.ping_ms }]));
      },
    });
}

export interface UptimeOf {
  serviceId: string;
  window: UptimeWindow;
}

export function createUptimeLoader(database: Queryable): () => BatchLoader<UptimeOf, Uptime> {
  const keyOf = ({ serviceId, window }: UptimeOf) => `${window} ${serviceId}`;
  return () =>
    createBatchLoader({
      keyOf,
      async load(wanted) {
        const windows = [...new Set(wanted.map(({ window }) => window))];
        const found = await Promise.all(
          windows.map(async (window) => {
            const ids = wanted.filter((one) => one.window === window).map(({ serviceId }) => serviceId);
            const uptimes = await readUptime(database, ids, window);
            return [...uptimes].map(([serviceId, uptime]) => [keyOf({ serviceId, window }), uptime] as const);
          }),
        );
        return new Map(found.flat());
      },
    });
}
