import type { FeedEntry } from '../../mechanisms/change-feed';
import type { EventCodecs, Recorded, StoredEvent } from '../../mechanisms/event-store';
import type { Projection } from '../../mechanisms/projections';
import type { Queryable, Transaction } from '../../mechanisms/postgres';
import { rowSet } from '../../mechanisms/postgres';
import type { MonitoringEvent } from './monitoring/events';
import type { ServiceEvent } from './service/events';
import { evolveService } from './service/evolution';
import type { Service, ServiceStatus } from './service/service';

export const SERVICE_VIEW = 'service-view';
/** Kind of its feed entries. */
export const STATUS_CHANGED = 'status';

/** One service as it stands in the table. */
export interface ServiceRow {
  state: Service;
  /** Since when nobody sees the board; null: somebody does. */
  lostAt: string | null;
  /** Of its last fact, or of the last one that its board was out of sight. */
  position: bigint;
}

/** What subscribers of `serviceStatusChanged` hear. */
export interface StatusChange {
  serviceId: string;
  from: ServiceStatus;
  to: ServiceStatus;
  at: string;
}

export const shownStatus = ({ state, lostAt }: ServiceRow): ServiceStatus =>
  lostAt === null ? state.status : 'UNKNOWN';
export const shownSince = ({ state, lostAt }: ServiceRow): string | null => lostAt ?? state.since;

type Event = ServiceEvent | MonitoringEvent;
/** Every fact; a new one does not compile until it stands here. */
const handled: { [Type in Event['type']]: true } = {
  ServiceDiscovered: true,
  ServiceRenamedUpstream: true,
  ServiceRegroupedUpstream: true,
  ServiceCameUp: true,
  ServiceWentDown: true,
  ServiceBecamePending: true,
  MaintenanceStarted: true,
  MaintenanceEnded: true,
  ServicePaused: true,
  ServiceResumed: true,
  ServiceRetired: true,
  MonitoringLost: true,
  MonitoringRestored: true,
};

interface Stored {
  state: Service;
  lost_at: Date | null;
  position: string;
}
export const COLUMNS = 'state, lost_at, position';
export const rowOf = ({ state, lost_at, position }: Stored): ServiceRow => ({
  state,
  lostAt: lost_at?.toISOString() ?? null,
  position: BigInt(position),
});
export type { Stored as StoredService };

/** Those that the events name, and all of a connection whose board went out of sight or came back: these alone are not found by the key. */
async function load(tx: Queryable, events: Recorded<Event>[]): Promise<Map<string, ServiceRow>> {
  const services = new Set(events.flatMap(({ data }) => ('serviceId' in data ? [data.serviceId] : [])));
  const boards = new Set(events.flatMap(({ data }) => ('serviceId' in data ? [] : [data.connectionId])));
  const ofBoards = boards.size > 0 ? ' or connection_id = any($2)' : '';
  const rows = await tx.query<Stored>(
    `select ${COLUMNS} from service_view where service_id = any($1)${ofBoards} order by service_id`,
    [[...services], ...(boards.size > 0 ? [[...boards]] : [])],
  );
  return new Map(rows.map(rowOf).map((row) => [row.state.serviceId, row]));
}

type Rows = Map<string, ServiceRow>;

/** Puts the row in its place; an entry of the feed only where another status is shown. */
function put(rows: Rows, next: ServiceRow, at: string): FeedEntry[] {
  const { serviceId } = next.state;
  const before = rows.get(serviceId);
  rows.set(serviceId, next);
  const from = before ? shownStatus(before) : 'UNKNOWN';
  const to = shownStatus(next);
  const change: StatusChange = { serviceId, from, to, at };
  return from === to ? [] : [{ position: next.position, kind: STATUS_CHANGED, subjects: [serviceId], payload: change }];
}

function foldService(rows: Rows, event: Recorded<ServiceEvent>): FeedEntry[] {
  const before = rows.get(event.data.serviceId);
  const state = evolveService(before?.state ?? null, event);
  const at = 'at' in event.data ? event.data.at : event.metadata.occurredAt;
  return put(rows, { state, lostAt: before?.lostAt ?? null, position: event.globalPosition }, at);
}

/** One fact, and every service of the connection shows it. */
function foldMonitoring(rows: Rows, event: Recorded<MonitoringEvent>): FeedEntry[] {
  const { type, data, metadata, globalPosition: position } = event;
  const lostAt = type === 'MonitoringLost' ? data.lastSeenAt : null;
  const ofBoard = [...rows.values()].filter(({ state }) => state.connectionId === data.connectionId && !state.retired);
  return ofBoard.flatMap(({ state }) => put(rows, { state, lostAt, position }, metadata.occurredAt));
}

const fold = (rows: Rows, event: Recorded<Event>): FeedEntry[] =>
  event.type === 'MonitoringLost' || event.type === 'MonitoringRestored'
    ? foldMonitoring(rows, event)
    : foldService(rows, event);

const ROWS = rowSet({
  service_id: 'text',
  connection_id: 'text',
  name: 'text',
  status: 'text',
  since: 'timestamptz',
  retired: 'boolean',
  lost_at: 'timestamptz',
  position: 'bigint',
  state: 'json',
});
const STORE = {
  name: 'store_services',
  text: `insert into service_view (${ROWS.columns}) ${ROWS.select()}
  on conflict (service_id) do update set
    name = excluded.name, status = excluded.status, since = excluded.since, retired = excluded.retired,
    lost_at = excluded.lost_at, position = excluded.position, state = excluded.state`,
};

async function store(tx: Transaction, rows: ServiceRow[]): Promise<void> {
  const values = rows.map((row) => ({
    service_id: row.state.serviceId,
    connection_id: row.state.connectionId,
    name: row.state.name,
    status: shownStatus(row),
    since: shownSince(row),
    retired: row.state.retired,
    lost_at: row.lostAt,
    position: row.position,
    state: row.state,
  }));
  await ROWS.send(tx, { statement: STORE }, values);
}

/** `service-view`: one row a service, in table `service_view`; feeds `serviceStatusChanged`. */
export function createServiceViewProjection(codecs: EventCodecs): Projection {
  return {
    name: SERVICE_VIEW,
    version: 1,
    handles: Object.keys(handled),
    tables: ['service_view'],
    async project(stored: StoredEvent[], tx) {
      const events = stored.map((event) => codecs.read<Event>(event));
      const rows = await load(tx, events);
      const feed = events.flatMap((event) => fold(rows, event));
      await store(tx, [...rows.values()]);
      return feed;
    },
  };
}
