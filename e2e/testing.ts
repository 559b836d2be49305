import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { MediaNestClient } from '../sdk';
import { createMediaNestClient, DemoSignInDocument, SignInDocument } from '../sdk';
import { processesOf } from './processes';
import { until } from './watching';

// A first start makes a database, also on a busy machine.
jest.setTimeout(90_000);

const ROOT = path.resolve(__dirname, '..');
const START_MS = 60_000;
const EXIT_MS = 30_000;
/** Times of the saga, so small that a test need not wait, and so large that a busy machine does not look like an outage. */
const QUICK = {
  SETTLE_DELAY_MS: '500',
  LEASE_MS: '5000',
  CALL_TIMEOUT_MS: '2000',
  POLL_FAST_MS: '250',
  PROBE_MS: '250',
};

export type Environment = Record<string, string>;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A client that is signed in. */
export interface Person extends MediaNestClient {
  readonly token: string;
}

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** The link that signs the admin in, once. */
  readonly link: string;
  /** From the start of the process to its word that it runs. */
  readonly startedInMs: number;
  /** What it said on stderr so far. */
  log(): string;
  as(token?: string): Person;
  /** Olga by the code of the link, so once only; her friends through her. */
  signIn(): Promise<{ olga: Person; ben: Person; cleo: Person }>;
  /** Tells it to go; it must exit with 0, in time, and leave no process behind. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when the process is gone. What it had started may still be going. */
  kill9(): Promise<void>;
}

/** A state folder of its own, and the servers that run on it. */
export interface House {
  readonly home: string;
  start(env?: Environment): Promise<Server>;
  /** A run that ends by itself: a command, or a start that is refused. */
  run(words: string[], env?: Environment): Promise<Ended>;
  /** An access token from the command line. */
  token(account: string, ttl?: string): Promise<string>;
  /** What runs on this folder, MediaNest itself left out. */
  children(): string[];
  /** Stops what still runs and removes the folder. */
  leave(): Promise<void>;
}

export function createHouse(base: Environment = {}): House {
  const parent = mkdtempSync(path.join(realpathSync(tmpdir()), 'medianest-e2e-'));
  // As root the database is another user's, who must reach its folder below.
  chmodSync(parent, 0o711);
  const home = path.join(parent, 'state');
  const running = new Set<Server>();
  const environment = (env: Environment = {}): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    TMPDIR: process.env['TMPDIR'],
    MEDIANEST_HOME: home,
    PORT: '0',
    ...QUICK,
    ...base,
    ...env,
  });
  const children = () => processesOf(home);
  const gone = () => until(`the end of all processes of ${home}`, () => (children().length === 0 ? true : undefined));

  async function run(words: string[], env?: Environment): Promise<Ended> {
    const program = launch(words, environment(env));
    const code = await inTime(program.exited, EXIT_MS, () => `"${words.join(' ')}" did not end`).catch(
      (error: unknown) => {
        program.child.kill('SIGKILL');
        throw error;
      },
    );
    return { code, ...program.output };
  }

  async function start(env?: Environment): Promise<Server> {
    const began = Date.now();
    const program = launch([], environment(env));
    const { child, output, exited } = program;
    const { url, link } = await inTime(announcement(program), START_MS, () => `no start: ${output.stderr}`).catch(
      (error: unknown) => {
        child.kill('SIGKILL');
        throw error;
      },
    );
    const startedInMs = Date.now() - began;
    const people = new Set<Person>();
    const as = (token?: string): Person => {
      const given = token === undefined ? {} : { token };
      const person = { ...createMediaNestClient({ url, webSocket: WebSocket, ...given }), token: token ?? '' };
      people.add(person);
      return person;
    };
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      running.delete(server);
      child.kill(signal);
      return inTime(exited, EXIT_MS, () => `${signal} did not end it: ${output.stderr}`);
    };
    const server: Server = {
      url,
      link,
      startedInMs,
      pid: child.pid ?? 0,
      log: () => output.stderr,
      as,
      signIn: () => signIn(link, as),
      async stop(signal = 'SIGTERM') {
        const code = await end(signal);
        const left = children();
        await Promise.all([...people].map((person) => person.close()));
        if (code !== 0 || left.length > 0) {
          throw new Error(`exit code ${code}, left behind: ${left.join('; ') || 'nothing'}\n${output.stderr}`);
        }
      },
      async kill9() {
        await end('SIGKILL');
        await Promise.all([...people].map((person) => person.close()));
      },
    };
    running.add(server);
    return server;
  }

  return {
    home,
    start,
    run,
    children,
    async token(account, ttl = '1h') {
      const { code, stdout, stderr } = await run(['token', '--account', account, '--ttl', ttl]);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    async leave() {
      try {
        for (const server of running) await server.stop();
        await gone();
      } finally {
        rmSync(parent, { recursive: true, force: true });
      }
    },
  };
}

interface Program {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Its exit code, when all that it said has been read. */
  exited: Promise<number | null>;
}

function launch(words: string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, ['dist/main.js', ...words], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, exited };
}

/** The address and the link, as a person reads them off the terminal. */
async function announcement({ output, exited }: Program): Promise<{ url: string; link: string }> {
  let code: number | null | undefined;
  void exited.then((exitCode) => (code = exitCode));
  return until('the announcement', () => {
    if (code !== undefined) throw new Error(`ended with ${code} at its start: ${output.stderr}`);
    // The last line: what stands above it is whole.
    if (!output.stdout.includes('A token for scripts')) return undefined;
    const url = /API +(http\S+)/.exec(output.stdout)?.[1];
    if (url === undefined) throw new Error(`no address in: ${output.stdout}`);
    return { url, link: /http\S+#code=\S+/.exec(output.stdout)?.[0] ?? '' };
  });
}

export const codeOf = (link: string): string => link.split('#code=')[1] ?? '';

async function signIn(link: string, as: Server['as']) {
  const code = codeOf(link);
  const { signIn: answer } = await as().execute(SignInDocument, { code });
  const olga = as(tokenOf(answer));
  const friend = async (name: string) => as(tokenOf((await olga.execute(DemoSignInDocument, { name })).demoSignIn));
  return { olga, ben: await friend('ben'), cleo: await friend('cleo') };
}

function tokenOf(answer: { session: { accessToken: string } | null; problems: { message: string }[] }): string {
  if (answer.session === null) throw new Error(answer.problems.map(({ message }) => message).join('; '));
  return answer.session.accessToken;
}

async function inTime<Result>(work: Promise<Result>, ms: number, complaint: () => string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint()} (after ${ms} ms)`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
