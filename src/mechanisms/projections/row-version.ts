import type { EventStore } from '../event-store';
import type { Lease } from '../leases';
import type { Logger } from '../observability';
import type { Database } from '../postgres';
import type { Checkpoint, Term } from './checkpoint';
import { adopt, readCheckpoint } from './checkpoint';
import { LeadershipLost } from './failures';
import { pause } from './pause';
import type { Projection } from './projection';
import { requestRebuild } from './rebuild-request';

interface Parts {
  database: Database;
  store: Pick<EventStore, 'storeId'>;
  projection: Projection;
  stopping: AbortSignal;
  log: Logger;
}

/** How often one looks whether the rows of this version are there. */
const LOOK_MS = 500;

/**
 * The checkpoint once the rows are of the program's version: of an older one they are read as they are, and stand still, until a rebuild has made them
 * anew. Those of another store are not waited for: they are emptied. Null: somebody else goes on. Throws LeadershipLost where a newer program made them.
 */
export async function ofThisVersion(
  { database, store, projection, stopping, log }: Parts,
  { lease, term, begun }: { lease: Lease; term: Term; begun: Checkpoint },
): Promise<Checkpoint | null> {
  const { name, version } = projection;
  if (begun.version > version) throw new LeadershipLost(`${name} is of version ${begun.version}, a newer program's`);
  if (begun.version === version || begun.storeId !== store.storeId) return begun;
  if (projection.tables.length === 0) {
    await adopt(database, term);
    return begun;
  }
  log.info({ projection: name, before: begun.version, now: version }, 'a projection is rebuilt for its new version');
  await requestRebuild(database, projection);
  while (!stopping.aborted && lease.held()) {
    const now = await readCheckpoint(database, name);
    if (now?.version === version) return now;
    await pause(LOOK_MS, stopping);
  }
  return null;
}
