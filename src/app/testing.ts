/**
 * A server that dies or freezes at a named point, as a process of its own: `node --import tsx src/app/testing.ts <point>`.
 * The points are put in by wiring, around the store and the client of the upstream; the product knows nothing of them.
 * Says `{"url", "tokens"}` in one line when it is ready, and `{"point"}` right before it dies or freezes.
 */
import { writeSync } from 'node:fs';
import type { EventStore, NewEvent } from '../mechanisms/event-store';
import type { OverseerrClient } from '../upstreams/overseerr';
import type { Replace } from './run';
import { readSettings, run } from './run';

const tell = (message: object) => writeSync(1, `${JSON.stringify(message)}\n`);

function signalSelf(point: string, signal: 'SIGKILL' | 'SIGSTOP'): void {
  tell({ point });
  process.kill(process.pid, signal);
}

const has = (events: NewEvent[], type: string) => events.some((event) => event.type === type);

/** Around the append of a fact. */
function store(around: { type: string; before?: () => void; after?: () => void }): Replace {
  return ({ foundations, neighbours }) => {
    const append: EventStore['append'] = async (streamId, expected, events) => {
      const meant = has(events, around.type);
      if (meant) around.before?.();
      const result = await foundations.store.append(streamId, expected, events);
      if (meant) around.after?.();
      return result;
    };
    return { neighbours, foundations: { ...foundations, store: { ...foundations.store, append } } };
  };
}

/** After a call upstream was answered. */
function upstream(method: 'title' | 'createRequest', after: () => void): Replace {
  return ({ foundations, neighbours }) => {
    const real = neighbours.overseerr;
    const overseerr: OverseerrClient = {
      ...real,
      [method]: async (...args: never[]) => {
        const answer = await (real[method] as (...given: never[]) => Promise<unknown>)(...args);
        after();
        return answer;
      },
    };
    return { foundations, neighbours: { ...neighbours, overseerr } };
  };
}

const die = (point: string) => () => signalSelf(point, 'SIGKILL');
const freeze = (point: string) => {
  let frozen = false;
  return () => {
    if (!frozen) signalSelf(point, 'SIGSTOP');
    frozen = true;
  };
};

/** DOMAIN.md 7, the crash matrix. K2 and K4 are killed from outside: by the test, when it sees the job, or the POST. */
const points: Record<string, Replace> = {
  none: (parts) => parts,
  'K0 before Submitted commits': store({ type: 'MediaRequestSubmitted', before: die('K0') }),
  'K1 after Submitted': store({ type: 'MediaRequestSubmitted', after: die('K1') }),
  'K3 after HandoverAttempted': store({ type: 'HandoverAttempted', after: die('K3') }),
  'K5 after 201': upstream('createRequest', die('K5')),
  'K7 before HandoverAttempted': store({ type: 'HandoverAttempted', before: freeze('K7') }),
  'K7 between look and POST': upstream('title', freeze('K7')),
};

async function main(point: string): Promise<void> {
  const replace = points[point];
  if (!replace) throw new Error(`there is no point "${point}"`);
  const { url, house, stop } = await run(readSettings(), replace);
  process.once('SIGTERM', () => void stop());
  const names = ['olga', 'ben', 'cleo'];
  const sessions = await Promise.all(names.map((name) => house.accounts.signInAs(name)));
  tell({ url, tokens: Object.fromEntries(names.map((name, index) => [name, sessions[index]?.accessToken])) });
}

if (require.main === module) void main(process.argv[2] ?? 'none');
