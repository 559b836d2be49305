import { StartupError } from '../../errors';
import type { Logger } from '../../observability';
import type { Database } from '../../postgres';
import { createAppendedSignal } from '../appended-signal';
import { toConflict } from '../conflict';
import type { AppendResult, EventStore } from '../event-store';
import { followLog } from '../follow-log';
import { writeDown } from '../written-event';
import { createAppendQueue } from './append-queue';
import type { Appended } from './appending';
import { LANE } from './append-statements';
import { createAppending } from './appending';
import { toReadFailure } from './failures';
import { createReading } from './reading';
import { createSettling } from './settling';

export { settleEventStore } from './settle-store';

export interface PostgresEventStoreParts {
  /** The primary, as the serving role. Stays the caller's to close. */
  database: Database;
  /** The same for who follows the log: crowds that wait for the other must not hold up the projections. Absent: the same. */
  background?: Database;
  log: Logger;
}

const IDENTITY = { name: 'event_store', text: 'SELECT id FROM event_store' };
/** Whoever has the database may ring, with any message. */
const POSITION = /^\d{1,18}$/;
/** While another process has appended within this time its next append is expected. */
const OTHERS_APPEND_MS = 1_000;

/** The event store in Postgres tables (docs/decisions/0003). Its tables are there already: migrations made them. */
export async function createPostgresEventStore(parts: PostgresEventStoreParts): Promise<EventStore> {
  const { database, background = database, log } = parts;
  const [identity] = await database.prepared<{ id: string }>(IDENTITY).catch((error: unknown) => {
    throw toReadFailure(error);
  });
  if (!identity) throw new StartupError('the event store has no id: were the migrations run?');

  const lane = database.lane(LANE);
  const { isOnDisk, ...reading } = createReading({ database, background });
  const appended = createAppendedSignal();
  let othersAppended = -Infinity;
  const elsewhere = database.channel('medianest_appended', (message = '') => {
    othersAppended = performance.now();
    if (POSITION.test(message)) isOnDisk(BigInt(message));
    appended.notify();
  });
  const othersAppend = () => performance.now() - othersAppended < OTHERS_APPEND_MS;
  const queue = createAppendQueue(createSettling(createAppending(lane, othersAppend)));
  const closing = new AbortController();
  const onOutage = (error: Error) => log.warn({ err: error }, 'event store away: waiting to read on');

  const store: EventStore = {
    storeId: identity.id,
    async append(streamId, expected, events) {
      const append = writeDown(streamId, expected, events);
      const answer = await queue.add(append);
      if (answer.outcome === 'conflict') throw toConflict(append, answer.version);
      const result = toResult(answer);
      isOnDisk(result.position);
      appended.notify();
      elsewhere.ring(String(result.position)); // after the commit, never inside it
      return result;
    },
    ...reading,
    subscribeToAll: (after, signal) => followLog({ ...store, closing: closing.signal, onOutage }, after, signal),
    onAppended: appended.onAppended,
    close() {
      closing.abort();
      lane.close();
      elsewhere.close();
      return Promise.resolve();
    },
  };
  return store;
}

function toResult({ outcome, version, positions, recordedAt }: Appended): AppendResult {
  const position = positions[positions.length - 1]!; // no append is empty
  return {
    version,
    position,
    positions,
    recordedAt: positions.map(() => recordedAt),
    repeated: outcome === 'repeated',
  };
}
