import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { MediaNestClient, MediaNestClientOptions, MediaNestError } from '../sdk';
import { createMediaNestClient, DemoSignInDocument, SignInDocument } from '../sdk';
import { processesOf } from './processes';
import type { Launch } from './program';
import { announcement, launch } from './program';
import { until } from './watching';

// A first start makes a database, also on a busy machine.
jest.setTimeout(90_000);

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
  /** The failures that its client went on after. */
  readonly retried: readonly MediaNestError[];
}

/** With none it is told every failure of a query or a mutation at once, as tests of the server want. */
export type Patience = Pick<MediaNestClientOptions, 'patienceMs'>;

export interface Server {
  readonly url: string;
  /** The link that signs the admin in, once. */
  readonly link: string;
  /** From the start of the process to its word that it runs. */
  readonly startedInMs: number;
  /** What it said on stderr so far. */
  log(): string;
  /** Of a stack: the pid of the process that plays it now, or did last. */
  pidOf(member: string): number;
  /** Of a stack: its own address, beside the one of all. */
  urlOf(member: string): string;
  /** Of a stack whose processes have a METRICS_PORT: what it counts, by name and labels as Prometheus writes them. */
  metricsOf(member: string): Promise<Map<string, number>>;
  as(token?: string, patience?: Patience & { at?: string }): Person;
  /** Olga by the code of the link, so once only; her friends through her. */
  signIn(): Promise<{ olga: Person; ben: Person; cleo: Person }>;
  /** Tells it to go; it must exit with 0, in time, and leave no process behind. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when the process is gone. What it had started may still be going. */
  kill9(): Promise<void>;
}

/** `fromTerminal`: by npm, and a signal goes to npm and all below it, as Ctrl-C does. `stack`: as many processes. */
export type How = Pick<Launch, 'fromTerminal' | 'stack'>;

/** A state folder of its own, and the servers that run on it. */
export interface House {
  readonly home: string;
  start(env?: Environment, how?: How): Promise<Server>;
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
  /** Of the embedded database, which leaves it in /tmp. */
  const socketFolders = new Set<string>();
  const environment = (env: Environment = {}): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
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
    const program = launch({ words, env: environment(env) });
    const code = await program.end();
    return { code, ...program.output };
  }

  async function start(env?: Environment, how?: How): Promise<Server> {
    const began = Date.now();
    const program = launch({ env: environment(env), ...how });
    const { url, link } = await announcement(program);
    const startedInMs = Date.now() - began;
    const people = new Set<Person>();
    const as: Server['as'] = (token, { patienceMs = 0, at = url } = {}) => {
      const retried: MediaNestError[] = [];
      const options = {
        url: at,
        webSocket: WebSocket,
        patienceMs,
        onRetry: (reason: MediaNestError) => retried.push(reason),
      };
      const client = createMediaNestClient({ ...options, ...(token !== undefined && { token }) });
      const person = { ...client, token: token ?? '', retried };
      people.add(person);
      return person;
    };
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      running.delete(server);
      program.signal(signal);
      const code = await program.end();
      await Promise.all([...people].map((person) => person.close()));
      return code;
    };
    const server: Server = {
      url,
      link,
      startedInMs,
      log: () => program.output.stderr,
      pidOf: (member) => readyAs(program.output.stderr, member)?.pid ?? 0,
      urlOf: (member) => readyAs(program.output.stderr, member)?.url ?? '',
      metricsOf: async (member) => metricsAt(`${readyAs(program.output.stderr, member)?.monitoringUrl}/metrics`),
      as,
      signIn: () => signIn(link, as),
      async stop(signal = 'SIGTERM') {
        const code = await end(signal);
        const left = children().join('; ') || 'nothing';
        if (code !== 0 || left !== 'nothing') throw new Error(`exit code ${code}, left: ${left}\n${server.log()}`);
      },
      async kill9() {
        await end('SIGKILL');
      },
    };
    running.add(server);
    for (const line of children()) {
      const [, folder] = /unix_socket_directories=(\S+)/.exec(line) ?? [];
      if (folder !== undefined) socketFolders.add(folder);
    }
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
        for (const left of [parent, ...socketFolders]) rmSync(left, { recursive: true, force: true });
      }
    },
  };
}

interface Ready {
  pid: number;
  url: string | null;
  monitoringUrl: string | null;
}

/** By the stack's log: who was ready last as this member. From its end, for it grows; not by lines, for who was killed within one has left half of it. */
function readyAs(log: string, member: string): Ready | undefined {
  for (let at = log.length; (at = log.lastIndexOf(`"member":"${member}"`, at - 1)) > 0;) {
    const entry = log.slice(log.lastIndexOf('{', at), log.indexOf('}', at) + 1);
    if (entry.includes('"msg":"a process is ready"')) return JSON.parse(entry) as Ready;
  }
  return undefined;
}

async function metricsAt(address: string): Promise<Map<string, number>> {
  const lines = (await (await fetch(address)).text()).matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm);
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]));
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
