/**
 * A server that dies or freezes at a named point, as a process of its own: `testing.ts <point>`.
 * The points are put in by wiring, around the store and the client of the upstream; the product knows nothing of them.
 * Says `{"url", "tokens"}` in one line when it is ready, and `{"point"}` right before it dies or freezes. It never outlives the process that
 * started it: it ends with its standard input.
 */
import { writeSync } from 'node:fs';
import type { EventStore } from '../mechanisms/event-store';
import type { OverseerrClient } from '../upstreams/overseerr';
import type { Replace } from './run';
import { readSettings, run } from './run';

const tell = (message: object) => writeSync(1, `${JSON.stringify(message)}\n`);

const die = (point: string) => () => {
  tell({ point });
  process.kill(process.pid, 'SIGKILL');
};

/** Once: what goes on afterwards is to be seen. */
const freeze = (point: string) => {
  let frozen = false;
  return () => {
    if (frozen) return;
    frozen = true;
    tell({ point });
    process.kill(process.pid, 'SIGSTOP');
  };
};

/** Around the append of a fact. */
function store(around: { type: string; before?: () => void; after?: () => void }): Replace {
  return ({ foundations, upstreams }) => {
    const append: EventStore['append'] = async (streamId, expected, events) => {
      const meant = events.some(({ type }) => type === around.type);
      if (meant) around.before?.();
      const result = await foundations.store.append(streamId, expected, events);
      if (meant) around.after?.();
      return result;
    };
    return { upstreams, foundations: { ...foundations, store: { ...foundations.store, append } } };
  };
}

/** After a call upstream was answered. */
function upstream(method: 'title' | 'createRequest', after: () => void): Replace {
  return ({ foundations, upstreams }) => {
    const real = upstreams.overseerr.client;
    const client: OverseerrClient = {
      ...real,
      [method]: async (...args: never[]) => {
        const answer = await (real[method] as (...given: never[]) => Promise<unknown>)(...args);
        after();
        return answer;
      },
    };
    return { foundations, upstreams: { ...upstreams, overseerr: { ...upstreams.overseerr, client } } };
  };
}

/** DOMAIN.md 7, the crash matrix. K2 and K4 are killed from outside: by the test, when it sees the job, or the answer. */
const points = {
  none: (parts) => parts,
  'K0 before Submitted commits': store({ type: 'MediaRequestSubmitted', before: die('K0') }),
  'K1 after Submitted': store({ type: 'MediaRequestSubmitted', after: die('K1') }),
  'K3 after HandoverAttempted': store({ type: 'HandoverAttempted', after: die('K3') }),
  'K5 after 201': upstream('createRequest', die('K5')),
  'K7 before HandoverAttempted': store({ type: 'HandoverAttempted', before: freeze('K7') }),
  'K7 after HandoverAttempted': store({ type: 'HandoverAttempted', after: freeze('K7') }),
  'K7 between look and POST': upstream('title', freeze('K7')),
} satisfies Record<string, Replace>;
export type Point = keyof typeof points;

async function main(point: Point): Promise<void> {
  process.stdin.resume().once('end', () => process.exit(1));
  const { url, house } = await run(readSettings(), { replace: points[point] });
  const names = ['olga', 'ben', 'cleo'];
  const sessions = await Promise.all(names.map((name) => house.accounts.signInAs(name)));
  tell({ url, tokens: Object.fromEntries(names.map((name, index) => [name, sessions[index]?.accessToken])) });
}

if (require.main === module) void main(process.argv[2] as Point);
