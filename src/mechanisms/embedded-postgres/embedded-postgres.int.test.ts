import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { StartupError } from '../errors';
import { createLogger } from '../observability';
import type { EmbeddedPostgres } from '.';
import { createEmbeddedPostgres } from '.';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;
const log = createLogger({ level: 'silent' });

let home: string;
let dataDir: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'medianest-embedded-'));
  fs.chmodSync(home, 0o755);
  dataDir = path.join(home, 'state', 'postgres');
});
afterEach(() => {
  const sockets = createEmbeddedPostgres({ dataDir, log }).connection.host;
  const data = fs.existsSync(dataDir) ? [fs.realpathSync(dataDir)] : []; // root's may be elsewhere
  for (const folder of [sockets, ...data, home]) fs.rmSync(folder, { recursive: true, force: true });
});

async function withPostgres(
  work: (postgres: EmbeddedPostgres) => Promise<void>,
  options: { onRestart?: () => void } = {},
): Promise<void> {
  const postgres = createEmbeddedPostgres({ dataDir, log, ...options });
  await postgres.start();
  try {
    await work(postgres);
  } finally {
    await postgres.stop();
  }
}

/** What initdb makes is always the same: made once for the tests that are not about it. */
const made = fs.mkdtempSync(path.join(os.tmpdir(), 'medianest-embedded-made-'));
beforeAll(() => {
  fs.chmodSync(made, 0o755);
  dataDir = path.join(made, 'postgres');
  return withPostgres(() => Promise.resolve());
});
afterAll(() => fs.rmSync(made, { recursive: true, force: true }));
const useMade = () => void execFileSync('cp', ['-a', made, path.dirname(dataDir)]);

async function query(postgres: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new Client(postgres.connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The database is there, or the one row that was written. */
async function answers(postgres: EmbeddedPostgres, sql = 'select 1 as n'): Promise<void> {
  expect(await query(postgres, sql)).toEqual([{ n: 1 }]);
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(20);
  }
}

const postmasterPid = () => Number(fs.readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process of its own that owns a server until it dies. */
async function spawnOwner(umask = 0o022): Promise<ChildProcess> {
  const program = `
    process.umask(${umask});
    const { createEmbeddedPostgres } = require(${JSON.stringify(path.join(__dirname, 'index.ts'))});
    const { createLogger } = require(${JSON.stringify(path.join(__dirname, '../observability/index.ts'))});
    const postgres = createEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: createLogger({ level: 'silent' }) });
    setInterval(() => undefined, 1000);
    postgres.start().then(() => console.log('started'), (error) => { console.log(error.message); process.exit(1); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: path.resolve(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const word = await new Promise<string>((resolve) => child.stdout?.once('data', (data) => resolve(String(data))));
  expect(word.trim()).toBe('started');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('the server', () => {
  it('keeps what was written over a stop and a start, and listens on no port', async () => {
    await withPostgres(async (postgres) => {
      await query(postgres, 'create table note as select 1 as n');
      expect(await query(postgres, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
      expect(await query(postgres, 'show fsync')).toEqual([{ fsync: 'on' }]);
      expect(fs.statSync(postgres.connection.host).mode & 0o077).toBe(0);
    });
    await withPostgres((postgres) => answers(postgres, 'select n from note'));
  });

  it('is reached by the URL for any user and database', async () => {
    useMade();
    await withPostgres(async (postgres) => {
      await query(postgres, 'create role ben login');
      const client = new Client({ connectionString: postgres.urlFor({ user: 'ben', database: 'postgres' }) });
      await client.connect();
      expect((await client.query('select current_user::text as who')).rows).toEqual([{ who: 'ben' }]);
      await client.end();
    });
  });
});

describe('when its owner is killed', () => {
  beforeEach(useMade);

  it('ends, and keeps every committed row for the next owner', async () => {
    const child = await spawnOwner();
    const pid = postmasterPid();
    const client = new Client(createEmbeddedPostgres({ dataDir, log }).connection);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table note as select 1 as n');
    await killed(child);
    await until('the server ends', () => !isAlive(pid));
    await client.end().catch(() => undefined);
    await withPostgres((postgres) => answers(postgres, 'select n from note'));
  });

  it('hands the folder over to an owner that starts at once', async () => {
    await killed(await spawnOwner());
    await withPostgres(answers);
  });
});

describe('when the server is killed', () => {
  beforeEach(useMade);

  it.each([
    ['the postmaster', (pid: number) => pid],
    ['its guard', (pid: number) => Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)]).toString())],
  ])('by %s, it comes back by itself with every committed row', async (_whom, victim) => {
    let restarts = 0;
    await withPostgres(
      async (postgres) => {
        await query(postgres, 'create table note as select 1 as n');
        const pid = postmasterPid();
        process.kill(victim(pid), 'SIGKILL');
        await until('the server is back', () => restarts === 1);
        expect(postmasterPid()).not.toBe(pid);
        await answers(postgres, 'select n from note');
      },
      { onRestart: () => restarts++ },
    );
  });

  it('comes back again and again, with open connections, until it is stopped', async () => {
    let restarts = 0;
    let pid = 0;
    await withPostgres(
      async (postgres) => {
        for (let round = 1; round <= 3; round++) {
          const busy = new Client(postgres.connection);
          busy.on('error', () => undefined);
          await busy.connect();
          const sleeping = busy.query('select pg_sleep(60)').catch((error: Error) => error.message);
          process.kill(postmasterPid(), 'SIGKILL');
          await until('the server is back', () => restarts === round);
          expect(await sleeping).toMatch(/terminat/);
          await busy.end().catch(() => undefined);
        }
        pid = postmasterPid();
      },
      { onRestart: () => restarts++ },
    );
    expect(isAlive(pid)).toBe(false);
    expect(restarts).toBe(3);
  });
});

describe('a folder that cannot be used', () => {
  const start = () => createEmbeddedPostgres({ dataDir, log }).start();

  /** The refusal names the folder, and what to do. */
  async function refused(words: RegExp): Promise<void> {
    const attempt = start();
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow(words);
    await expect(attempt).rejects.toThrow(dataDir);
    await expect(attempt).rejects.toThrow('MEDIANEST_HOME');
  }

  it('is one that another owner uses', async () => {
    useMade();
    await withPostgres(async (postgres) => {
      await refused(new RegExp(`in use by another MediaNest .*pid ${postmasterPid()}`));
      await answers(postgres); // and the owner was not disturbed
    });
  });

  it('is one beneath a file', async () => {
    fs.writeFileSync(path.join(home, 'state'), '');
    await refused(/a part of the path is a file/);
  });

  it('is one where not even root may write', async () => {
    dataDir = process.platform === 'linux' ? '/sys/medianest/postgres' : '/medianest/postgres';
    await refused(/may not be written|read-only/);
  });

  // Root passes any mode; the case before this one is the same refusal for it.
  (isRoot ? it.skip : it)('is one whose mode forbids it', async () => {
    fs.chmodSync(home, 0o555);
    await refused(/may not be written by this user/);
    fs.chmodSync(home, 0o755);
  });

  // A normal user's server is that user.
  (isRoot ? it : it.skip)('is one that the user of the server cannot reach', async () => {
    fs.mkdirSync(dataDir, { recursive: true });
    fs.chmodSync(home, 0o700);
    await refused(/cannot reach/);
  });

  it('is one on a full disk', async () => {
    const full = jest.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 25_600, bsize: 4096 } as fs.StatsFs);
    await refused(/only 100 MB are free/);
    full.mockRestore();
    expect(fs.readdirSync(dataDir)).toEqual([]);
  });

  it('is one with data of another major', async () => {
    fs.mkdirSync(dataDir, { recursive: true });
    fs.writeFileSync(path.join(dataDir, 'PG_VERSION'), '16\n');
    const attempt = start();
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow(`${dataDir} holds data of PostgreSQL 16, this is PostgreSQL 18`);
    expect(fs.readdirSync(dataDir)).toEqual(['PG_VERSION']);
  });

  it('is one with something else in it', async () => {
    fs.mkdirSync(dataDir, { recursive: true });
    fs.writeFileSync(path.join(dataDir, 'holiday.jpg'), '');
    await refused(/not empty/);
  });
});

describe('a checkout', () => {
  it('may lie in a closed home, with a umask of 077', async () => {
    fs.chmodSync(home, 0o700);
    await killed(await spawnOwner(0o077));
    await withPostgres(answers);
    if (isRoot) expect(fs.readlinkSync(dataDir)).toMatch(/^\/var\/lib\/medianest\/postgres-/);
  });

  it('may be reached through a link', async () => {
    fs.mkdirSync(path.join(home, 'real'));
    fs.symlinkSync(path.join(home, 'real'), path.join(home, 'link'));
    dataDir = path.join(home, 'link', 'postgres');
    await withPostgres(answers);
    expect(fs.existsSync(path.join(home, 'real', 'postgres', 'PG_VERSION'))).toBe(true);
  });

  it('may have lost a half-made database to a kill', async () => {
    const abandoned = `${dataDir}.init-999999999`;
    fs.mkdirSync(abandoned, { recursive: true });
    await withPostgres(async () => expect(fs.existsSync(abandoned)).toBe(false));
  });
});
