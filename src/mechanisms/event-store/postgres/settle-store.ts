import type { Logger } from '../../observability';
import type { Queryable } from '../../postgres';

/**
 * Before a store is used, as the owner of its tables: a copy of another one (restored from a dump, or brought by COPY) gets an id of its own, and goes
 * on after its last position.
 */
export async function settleEventStore(owner: Queryable, log: Logger): Promise<void> {
  const [row] = await owner.query<{ fresh: string | null }>('SELECT settle_event_store() AS fresh');
  if (row?.fresh) log.warn({ storeId: row.fresh }, 'the event store is a copy: it has an id of its own from now on');
}
