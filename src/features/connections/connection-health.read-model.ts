import type { Database, Preparing } from '../../mechanisms/postgres';
import type { Connection, ConnectionHealth, ConnectionKindName, ConnectionStateName, Finding } from './connection';
import { isUsable } from './connection';

interface Row {
  connection_id: string;
  kind: ConnectionKindName;
  simulated: boolean;
  state: ConnectionStateName;
  since: Date;
  checked_at: Date;
  flavour: string | null;
  version: string | null;
  problem: Finding['problem'];
}

const healthOf = (row: Row): ConnectionHealth => ({
  id: row.connection_id,
  kind: row.kind,
  simulated: row.simulated,
  state: row.state,
  since: row.since,
  checkedAt: row.checked_at,
  flavour: row.flavour,
  version: row.version,
  problem: row.problem,
});

const COLUMNS = 'connection_id, kind, simulated, state, since, checked_at, flavour, version, problem';

/** Whoever shows a request that waits asks for it. */
const BY_ID = {
  name: 'connection_health',
  text: `select ${COLUMNS} from connection_health where connection_id = $1`,
};

/** So does whoever makes one. */
const OF_CONNECTIONS = {
  name: 'health_of_connections',
  text: `select ${COLUMNS} from connection_health where connection_id = any($1) order by connection_id`,
};

const RECORD = `insert into connection_health as h
  (connection_id, kind, simulated, state, since, checked_at, flavour, version, problem)
  values ($1, $2, $3, $4, $5, $5, $6, $7, $8)
  on conflict (connection_id) do update set
    kind = excluded.kind, simulated = excluded.simulated, state = excluded.state,
    since = case when h.state = excluded.state then h.since else excluded.since end,
    checked_at = excluded.checked_at, problem = excluded.problem,
    flavour = coalesce(excluded.flavour, h.flavour), version = coalesce(excluded.version, h.version)
  where h.checked_at <= excluded.checked_at`;

/** What a look found that began at a time of the database's clock. */
export interface Look {
  connection: Connection;
  finding: Finding;
  startedAt: Date;
  /** The connection became usable again: what waited for it goes on. */
  onRestored: (tx: Preparing) => Promise<void>;
}

/**
 * Table `connection_health`: how each connection was when last looked at. Telemetry, so no events feed it: worker and poller
 * write what they see, all roles read it.
 */
export function createConnectionHealth(database: Database) {
  return {
    async read(connectionId: string): Promise<ConnectionHealth | undefined> {
      const rows = await database.prepared<Row>(BY_ID, [connectionId]);
      return rows.map(healthOf)[0];
    },

    /** The database's clock: looks of different processes are told apart by it. */
    async now(): Promise<Date> {
      const [row] = await database.query<{ now: Date }>('select clock_timestamp() as now');
      return row?.now ?? new Date(0);
    },

    /** All that were looked at, of the given connections. */
    async list(connectionIds: readonly string[]): Promise<ConnectionHealth[]> {
      const rows = await database.prepared<Row>(OF_CONNECTIONS, [connectionIds]);
      return rows.map(healthOf);
    },

    /**
     * Writes down what was found; `since` moves only with the state. What answered is remembered while nobody does. `onRestored` takes part when
     * the connection becomes usable again: that is written down with what follows from it, or not at all.
     */
    async record({ connection, finding, startedAt, onRestored }: Look): Promise<void> {
      const { id, kind, simulated } = connection;
      const { state, flavour, version, problem } = finding;
      await database.transaction(async (tx) => {
        // The table, not the row: of the first looks of two processes the second must see what the first has found.
        await tx.query('lock table connection_health in share row exclusive mode');
        const [before] = await tx.query<Pick<Row, 'state'>>(
          'select state from connection_health where connection_id = $1 and checked_at <= $2',
          [id, startedAt],
        );
        await tx.query(RECORD, [id, kind, simulated, state, startedAt, flavour, version, JSON.stringify(problem)]);
        if (before && !isUsable(before.state) && isUsable(state)) await onRestored(tx);
      });
    },
  };
}
export type ConnectionHealthRows = ReturnType<typeof createConnectionHealth>;
