import { Client } from 'pg';
import type { PrivatePostgres } from './private-postgres';

const BATCH = 500;
const EVENTS = 100_000;

interface EventRow {
  position: string;
  stream_id: string;
  type: string;
  data: object;
  meta: object;
}

/** A fold that costs nothing beside ours: that of Emmett's row. */
interface Facts {
  id: string;
  last: string;
  count: number;
}

const READ = {
  name: 'read',
  text: `SELECT position, stream_id, type, data, meta FROM events WHERE position > $1 ORDER BY position LIMIT ${BATCH}`,
};
const LOAD = { name: 'load', text: 'SELECT id, last, count FROM bare_row WHERE id = ANY ($1::text[])' };
const STORE = {
  name: 'store',
  text: `WITH stored AS (
      INSERT INTO bare_row (id, last, count) SELECT * FROM unnest($1::text[], $2::text[], $3::integer[])
      ON CONFLICT (id) DO UPDATE SET last = excluded.last, count = excluded.count
    )
    UPDATE bare_checkpoint SET position = $4`,
};

/**
 * Events a second of the least that a projection does, by the driver that ours uses and nothing else: reads a batch, loads the rows of its streams, folds a type and a count into
 * them, and stores rows and checkpoint in one statement.
 */
export async function measureBareProjection({ owner, postgres }: PrivatePostgres): Promise<number> {
  await owner.query('CREATE TABLE bare_row (id text PRIMARY KEY, last text NOT NULL, count integer NOT NULL)');
  await owner.query('CREATE TABLE bare_checkpoint (position bigint NOT NULL)');
  await owner.query('INSERT INTO bare_checkpoint VALUES (0)');
  const client = new Client(postgres.connection);
  await client.connect();
  let position = '0';
  let count = 0;
  const began = performance.now();
  while (count < EVENTS) {
    const { rows: events } = await client.query<EventRow>({ ...READ, values: [position] });
    if (events.length === 0) break;
    const ids = [...new Set(events.map(({ stream_id }) => stream_id))];
    const { rows } = await client.query<Facts>({ ...LOAD, values: [ids] });
    const facts = new Map(rows.map((row) => [row.id, row]));
    for (const { stream_id: id, type } of events) {
      facts.set(id, { id, last: type, count: (facts.get(id)?.count ?? 0) + 1 });
    }
    position = events.at(-1)!.position;
    const columns = [[...facts.keys()], [...facts.values()].map(({ last }) => last)];
    const counts = [...facts.values()].map((row) => row.count);
    await client.query({ ...STORE, values: [...columns, counts, position] });
    count += events.length;
  }
  const perSecond = count / ((performance.now() - began) / 1_000);
  await client.end();
  await owner.query('DROP TABLE bare_row, bare_checkpoint');
  return perSecond;
}
