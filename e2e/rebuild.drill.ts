import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { RequestMediaDocument, RequestStatsDocument, ServerInfoDocument } from '../sdk';
import type { Load } from './load';
import { startLoad } from './load';
import { environmentOf } from './processes';
import type { Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';

const LEASE_MS = 1_000;
const REQUESTS = 60_000;
const VIEW = 'request-view';
const PROJECTORS = ['projector-1', 'projector-2'];
const PATIENCE_MS = 240_000;

describe('a rebuild whose processes are killed and frozen in the middle, under load', () => {
  const house = createHouse({
    DEMO: '1',
    LEASE_MS: `${LEASE_MS}`,
    COST_BUDGET: '1000000000',
    POLL_FAST_MS: '60000', // the seeded requests are nobody's at the simulators
  });
  let server: Server;
  let people: Record<'olga' | 'ben' | 'cleo', Person>;
  let database: Client;
  let load: Load;
  let reading: ReturnType<typeof readTotals>;

  beforeAll(async () => {
    const words = ['--import', 'tsx', 'bench/seed.ts', '--requests', `${REQUESTS}`, '--services', '0'];
    const env = { ...process.env, MEDIANEST_HOME: house.home, PORT: '0', DEMO: '1' };
    await promisify(execFile)(process.execPath, words, { cwd: path.resolve(__dirname, '..'), env });
    server = await house.start({}, { stack: true });
    const signedIn = await server.signIn();
    // A machine that is busy with all this may take a process for frozen, and cuts its connections: who asks may ask again.
    const patient = ({ token }: Person): Person => server.as(token, { patienceMs: PATIENCE_MS });
    people = { olga: patient(signedIn.olga), ben: patient(signedIn.ben), cleo: patient(signedIn.cleo) };
    const [, url] = /^DATABASE_URL=(.*)$/m.exec(environmentOf(server.pidOf('api-1'))) ?? [];
    database = new Client({ connectionString: url });
    await database.connect();
    const input = { title: { type: 'MOVIE', tmdbId: 550 } } as const;
    const { requestMedia } = await people.ben.execute(RequestMediaDocument, { input });
    const id = requestMedia.request!.id;
    load = await startLoad({ reader: people.ben, writer: people.cleo, watcher: people.olga, id, input });
    await until('the first pushes', () => (load.heard.length > 5 ? true : undefined), PATIENCE_MS);
  }, 900_000);
  afterAll(async () => {
    await reading?.stop();
    await load?.stop();
    await database?.end();
    await house.leave();
  }, 60_000);

  const ask = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await database.query<Row>(sql, values)).rows;
  const holder = async () =>
    (
      await ask<{ holder: string; isHeld: boolean }>(
        `select holder, expires_at > clock_timestamp() as "isHeld" from lease where name = 'projection:rebuild:${VIEW}'`,
      )
    )[0];
  const share = async () => {
    const { serverInfo } = await people.olga.execute(ServerInfoDocument);
    return serverInfo.projections!.find(({ name }) => name === VIEW)?.rebuild?.share;
  };
  const reaches = (wanted: number) =>
    until(`a share of ${wanted}`, async () => (((await share()) ?? 0) >= wanted ? true : undefined), PATIENCE_MS);
  const isDone = () =>
    until('the end of the rebuild', async () => ((await share()) === undefined ? true : undefined), PATIENCE_MS);

  /** Freezes one after the other, until it was the one. */
  async function freezeRebuilder(): Promise<{ pid: number; was: string }> {
    for (let turn = 1; turn < 10; turn++) {
      const pid = server.pidOf(PROJECTORS[turn % 2]!);
      const before = await holder();
      process.kill(pid, 'SIGSTOP');
      await pause(LEASE_MS * 1.5);
      const after = await holder();
      if (before?.isHeld && (after?.holder !== before.holder || !after.isHeld)) return { pid, was: before.holder };
      process.kill(pid, 'SIGCONT');
    }
    throw new Error('nobody rebuilds');
  }

  /** Statistics are rows of their own: a total that is told is of whole tables, of before or of after. */
  function readTotals(reader: Person) {
    const totals = new Set<number>();
    const errors: unknown[] = [];
    let isOver = false;
    const loop = (async () => {
      for (; !isOver; await pause(20)) {
        await reader.execute(RequestStatsDocument).then(
          ({ requestStats }) => totals.add(requestStats.total),
          (error: unknown) => errors.push(error),
        );
      }
    })();
    return { totals, errors, stop: () => ((isOver = true), loop) };
  }

  it('goes on, ends with the right rows, and is noticed by nobody', async () => {
    const total = (await people.olga.execute(RequestStatsDocument)).requestStats.total;
    // A hole that only rows made anew do not have: one request less, in both tables.
    await ask(`with gone as (delete from request_view where request_id = (select min(request_id) from request_view) returning status)
               update request_stats set count = count - 1 from gone where request_stats.status = gone.status`);
    reading = readTotals(people.ben);
    // While the other is frozen, it is the first that begins.
    const [first, second] = PROJECTORS.map((member) => server.pidOf(member)) as [number, number];
    process.kill(second, 'SIGSTOP');
    await pause(2 * LEASE_MS);
    const asking = house.run(['rebuild', VIEW]).catch(() => undefined); // it looks for half a minute at most
    await reaches(0.05);
    process.kill(first, 'SIGKILL');
    process.kill(second, 'SIGCONT');
    const atKill = await share();
    await until('the return', () => (server.pidOf(PROJECTORS[0]!) === first ? undefined : true), PATIENCE_MS);
    const frozen = await freezeRebuilder();
    const atFreeze = await share();
    await pause(6 * LEASE_MS);
    expect((await holder())?.holder).not.toBe(frozen.was);
    process.kill(frozen.pid, 'SIGCONT');
    console.log(`killed at ${atKill}, frozen at ${atFreeze}, woken at ${(await share()) ?? 'the end'}`);
    await isDone();
    await asking;
    await reading.stop();
    expect(reading.errors).toEqual([]);
    expect(people.ben.retried.filter(({ code }) => code !== 'UNREACHABLE')).toEqual([]);
    expect([...reading.totals]).toEqual([total - 1, total]);
    expect(server.log()).toMatch(/lost a lease to another process/);

    await load.stop();
    const heard = load.heard.map(({ position }) => position.replace(/.*\./, ''));
    const happened = await ask<{ position: string }>(
      `select position from events where stream_id like 'mediaRequest-%' and position between $1 and $2 order by position`,
      [heard[0], heard.at(-1)],
    );
    expect(heard).toEqual(happened.map(({ position }) => position));

    const [stood] = await ask<{ position: string }>(
      `select position from projection_checkpoint where name = '${VIEW}'`,
    );
    await ask('create temporary table rebuilt as select * from request_view');
    await house.run(['rebuild', VIEW]); // and nobody disturbs it
    await isDone();
    const wrong = await ask(
      `select request_id from rebuilt full join request_view as it using (request_id)
       where it.position is null or it.position <= $1 and rebuilt::text is distinct from it::text`,
      [stood!.position],
    );
    expect(wrong).toEqual([]);
    const miscounted = await ask(
      `select status from request_stats full join (select status, count(*) as rows from request_view group by status) as it using (status)
       where coalesce(rows, 0) <> coalesce(count, 0)`,
    );
    expect(miscounted).toEqual([]);
  }, 900_000);
});
