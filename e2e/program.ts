import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from './watching';

const ROOT = path.resolve(__dirname, '..');
const START_MS = 120_000;
const EXIT_MS = 30_000;

/** A run of the built program. */
export interface Program {
  readonly pid: number;
  /** What it said so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, when all that it said has been read. */
  readonly exited: Promise<number | null>;
  /** The same with a deadline: one that does not end is killed, and that is an error. */
  end(): Promise<number | null>;
}

export interface Launch {
  words?: string[];
  env: NodeJS.ProcessEnv;
  /** By npm, and a signal goes to npm and all below it, as Ctrl-C does. */
  fromTerminal?: boolean;
  /** Each role as processes of its own. */
  stack?: boolean;
}

export function launch({ words = [], env, fromTerminal = false, stack = false }: Launch): Program {
  const byNpm = ['npm', ...(stack ? ['run', 'stack'] : ['start'])];
  const byNode = [process.execPath, 'dist/main.js', ...(stack ? ['stack'] : words)];
  const [command, ...args] = fromTerminal ? byNpm : byNode;
  const child = spawn(command!, args, {
    cwd: ROOT,
    env: { ...env, npm_config_update_notifier: 'false' }, // npm would ask its registry
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: fromTerminal, // a process group of its own, as a terminal gives one
  });
  const pid = child.pid ?? 0;
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const signal = (name: NodeJS.Signals): void => void process.kill(fromTerminal ? -pid : pid, name);

  async function end(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        signal('SIGKILL');
        reject(new Error(`did not end within ${EXIT_MS} ms: ${output.stderr}`));
      }, EXIT_MS);
    });
    try {
      return await Promise.race([exited, late]);
    } finally {
      clearTimeout(timer);
    }
  }
  return { pid, output, signal, exited, end };
}

/** What a person reads off the terminal once it runs. A start that fails, or does not come to an end, is an error and leaves nothing. */
export async function announcement({ output, exited, signal }: Program): Promise<{ url: string; link: string }> {
  let ended = false;
  void exited.then(() => (ended = true));
  try {
    return await until(
      'the announcement',
      () => {
        if (ended) throw new Error('it ended at its start');
        // The last line: what stands above it is whole.
        if (!output.stdout.includes('A token for scripts')) return undefined;
        const [, url = ''] = /API +(http\S+)/.exec(output.stdout) ?? [];
        const [link = ''] = /http\S+#code=\S+/.exec(output.stdout) ?? [];
        return { url, link };
      },
      START_MS,
    );
  } catch (error) {
    if (!ended) signal('SIGKILL');
    throw new Error(`no start: ${output.stderr}`, { cause: error });
  }
}
