import { createLogger } from '../../observability';
import { createDatabase } from '../../postgres';
import type { Database, Lane } from '../../postgres';
import { createTestCluster } from '../../postgres/testing';
import type { TestCluster } from '../../postgres/testing';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { newEvents, newStream, times, until } from '../fixtures.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });
const PATIENCE_MS = 30_000;
const NOTHING = { name: 'nothing', text: 'SELECT 1' };
const UNFLUSHED = `SELECT append_events($1, -1, ARRAY[$2::uuid], ARRAY['Thing'], ARRAY[1], ARRAY['{}'::json], ARRAY['{}'::json])`;

let cluster: TestCluster;
let owner: Database;
let database: Database;
/** Its commits wait for no disk, as those of another process that lets go of the lock before it waits. */
let hasty: Database;
let store: EventStore;

beforeAll(async () => {
  cluster = await createTestCluster({ replicas: 0, settings: { autovacuum: 'off' } }); // its commits would put on disk what came before them
  ({ owner } = cluster.primary);
  const connection = { connectionString: cluster.primary.appUrl };
  database = createDatabase({ connection, max: 4, applicationName: 'store', log });
  const unflushed = { ...connection, options: '-c synchronous_commit=off' };
  hasty = createDatabase({ connection: unflushed, max: 4, applicationName: 'hasty', log });
  store = await createPostgresEventStore({ database, log });
}, 90_000);

afterAll(async () => {
  await store.close();
  await Promise.all([database, hasty].map((one) => one.close()));
  await cluster.drop();
}, 60_000);

let walWriter: number;
async function walWriterNow(): Promise<{ pid: number; doing: string }> {
  const [row] = await owner.query<{ pid: number; doing: string }>(
    `SELECT pid, wait_event AS doing FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
  );
  if (!row) throw new Error('no WAL writer yet');
  return row;
}

/** Nothing is written to disk but what somebody waits for. */
beforeEach(async () => {
  walWriter = (await patiently(walWriterNow)).pid;
  await until(async () => {
    process.kill(walWriter, 'SIGSTOP');
    if ((await walWriterNow()).doing === 'WalWriterMain') return true;
    process.kill(walWriter, 'SIGCONT'); // it holds the lock of who writes
    return false;
  }, PATIENCE_MS);
});
afterEach(() => void process.kill(walWriter, 'SIGCONT'));

/** All processes of the server end at once, and what was only in their memory is gone. */
async function crash(): Promise<void> {
  const before = walWriter;
  process.kill(before, 'SIGKILL');
  await until(async () => (walWriter = (await patiently(walWriterNow)).pid) !== before, PATIENCE_MS);
}

async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  let answer: { is: Answer } | undefined;
  await until(async () => {
    answer = await ask().then(
      (is) => ({ is }),
      () => undefined,
    );
    return answer !== undefined;
  }, PATIENCE_MS);
  return answer!.is;
}

async function appendUnflushed() {
  const [event] = newEvents(1);
  const streamId = newStream();
  await hasty.query(UNFLUSHED, [streamId, event!.eventId]);
  return { streamId, event: event! };
}

const storedIn = async (streamId: string) => (await patiently(() => store.readStream(streamId))).events.length;

describe('an event that another process has not on disk yet', () => {
  it('is lost in a crash when nobody has seen it', async () => {
    const { streamId } = await appendUnflushed();
    await crash();
    expect(await storedIn(streamId)).toBe(0);
  });

  it.each<[string, (streamId: string) => Promise<unknown>]>([
    ['its stream', (streamId) => store.readStream(streamId)],
    ['the log', async () => expect((await store.readAll(0n, 100_000)).length).toBeGreaterThan(0)],
    ['the end of the log', () => store.head()],
  ])('is on disk for who has read %s', async (_what, read) => {
    const { streamId } = await appendUnflushed();
    await read(streamId);
    await crash();
    expect(await storedIn(streamId)).toBe(1);
  });

  it('is on disk for who is told that it was stored before', async () => {
    const { streamId, event } = await appendUnflushed();
    expect(await store.append(streamId, NO_STREAM, [event])).toMatchObject({ repeated: true });
    await crash();
    expect(await storedIn(streamId)).toBe(1);
  });
});

const writtenUpTo = async () => {
  const [row] = await owner.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  return row!.lsn;
};

it('is not waited for by who reads what is known to be on disk', async () => {
  const { streamId } = await appendUnflushed();
  const readAll = async () => [await store.head(), await store.readAll(0n, 100_000), await store.readStream(streamId)];
  await patiently(readAll);
  const before = await writtenUpTo();
  await readAll();
  expect(await writtenUpTo()).toBe(before);
  await appendUnflushed();
  const later = await writtenUpTo();
  await store.head();
  expect(await writtenUpTo()).not.toBe(later);
});

describe('while another process appends, too', () => {
  const asked: string[] = [];
  let flushes: boolean;
  let both: EventStore[];
  beforeEach(async () => {
    flushes = true;
    const watched = (lane: Lane): Lane => ({
      ...lane,
      query(statement, values) {
        asked.push(statement.name);
        return lane.query(statement.name === 'flush_events' && !flushes ? NOTHING : statement, values);
      },
    });
    const watching: Database = { ...database, lane: (options) => watched(database.lane(options)) };
    both = await patiently(() =>
      Promise.all([createPostgresEventStore({ database: watching, log }), createPostgresEventStore({ database, log })]),
    );
  });
  afterEach(() => Promise.all(both.map((one) => one.close())));

  /** Appends at once to so many new streams, when the other was heard. */
  async function appendBesideOther(count: number): Promise<string[]> {
    const [one, other] = both as [EventStore, EventStore];
    let streams: string[] = [];
    await until(async () => {
      await patiently(() => other.append(newStream(), NO_STREAM, newEvents(1)));
      streams = times(count, newStream);
      asked.length = 0;
      await Promise.all(streams.map((streamId) => one.append(streamId, NO_STREAM, newEvents(1))));
      return asked.includes('append_events_unflushed');
    }, PATIENCE_MS);
    return streams;
  }

  it.each([1, 3])('appends are on disk when they are answered: %d', async (count) => {
    const streams = await appendBesideOther(count);
    expect(asked).toEqual(['append_events_unflushed', 'flush_events']);
    await crash();
    for (const streamId of streams) expect(await storedIn(streamId)).toBe(1);
  });

  it('the lock is let go before the disk is waited for: what follows does that', async () => {
    flushes = false;
    const streams = await appendBesideOther(1);
    await crash();
    for (const streamId of streams) expect(await storedIn(streamId)).toBe(0);
  });

  it('who heard of its append waits for no disk to read it', async () => {
    const [one, other] = both as [EventStore, EventStore];
    await one.head();
    const heard = new Promise<void>((resolve) => one.onAppended(resolve));
    await patiently(() => other.append(newStream(), NO_STREAM, newEvents(1)));
    await heard;
    const before = await writtenUpTo();
    await one.head();
    expect(await writtenUpTo()).toBe(before);
  });

  it('what is no position is rung for all the same: anybody may ring', async () => {
    const [one] = both as [EventStore];
    const heard = new Promise<void>((resolve) => one.onAppended(resolve));
    const ring = () => owner.query(`SELECT pg_notify('medianest_appended', repeat('x', 60))`);
    const ringing = setInterval(() => void ring().catch(() => undefined), 50); // until it listens
    await heard;
    clearInterval(ringing);
    await ring();
    expect(await one.head()).toBe(await store.head());
  });
});
