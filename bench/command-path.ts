import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../src/mechanisms/embedded-postgres';
import { readSettings, run } from '../src/app/run';
import type { Running } from '../src/app/run';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { EventStore } from '../src/mechanisms/event-store';
import type { Cell } from './measure';
import { drive, medianOf } from './measure';
import { makeEvent } from './thing';

const REQUEST = 'mutation ($input: RequestMediaInput!) { requestMedia(input: $input) { outcome problems { code } } }';
const EVENTS_OF_A_REQUEST = 3;
const CLIENTS = [1, 8, 32];
const ROUNDS = 3;
const ROUND_MS = 1_000;

/** Each asks for one film after the other that nobody asked for yet. */
function clientOf({ url }: Running, token: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  let film = 0;
  return () => async () => {
    const variables = { input: { title: { type: 'MOVIE', tmdbId: ++film } } };
    const body = JSON.stringify({ query: REQUEST, variables });
    const response = await fetch(url!, { method: 'POST', headers, body });
    const answer = (await response.json()) as { data?: { requestMedia: { outcome: string } } };
    if (answer.data?.requestMedia.outcome !== 'CREATED') throw new Error(JSON.stringify(answer));
  };
}

/** As many events as a request has. The type is one that no projection reads and a codec knows. */
function bareWriterOf(store: EventStore) {
  return () => () =>
    store.append(
      `bench-${randomUUID()}`,
      NO_STREAM,
      Array.from({ length: EVENTS_OF_A_REQUEST }, () => ({
        ...makeEvent(),
        type: 'MonitoringRestored',
        data: { connectionId: 'bench' },
      })),
    );
}

async function measure(running: Running): Promise<void> {
  const { accessToken } = await running.house.accounts.signInAs('olga');
  const client = clientOf(running, accessToken);
  const bare = bareWriterOf(running.house.foundations.store);
  console.log(
    `\nA command from end to end, all roles in one process:\n` +
      `| clients | requestMedia /s (p50 / p99 ms) | bare appends of ${EVENTS_OF_A_REQUEST} events /s (p50 / p99 ms) | of the bare appends |\n|---|---|---|---|`,
  );
  for (const clients of CLIENTS) {
    const rounds: [command: Cell, append: Cell][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push([await drive(client, clients, ROUND_MS), await drive(bare, clients, ROUND_MS)]);
    }
    const [command, append] = [0, 1].map((which) => medianOf(rounds.map((pair) => pair[which]!))) as [Cell, Cell];
    const ratio = `${(command.perSecond / append.perSecond).toFixed(3)} x`;
    console.log(`| ${[clients, tell(command), tell(append), ratio].join(' | ')} |`);
  }
}

const tell = ({ perSecond, p50, p99 }: Cell) => `${perSecond.toFixed(0)} (${p50.toFixed(2)} / ${p99.toFixed(2)})`;

/** `requestMedia` through GraphQL beside the appends that it makes, in a house whose request service does not answer. */
export async function measureCommandPath(): Promise<void> {
  const home = temporaryFolder('bench');
  try {
    const settings = readSettings({
      DEMO: '0',
      PORT: '0',
      MEDIANEST_HOME: home,
      LOG_LEVEL: 'fatal',
      OVERSEERR_URL: 'http://127.0.0.1:9',
      OVERSEERR_API_KEY: 'nobody-is-there',
      UPSTREAM_USERS: '{"olga": 1}',
      COST_BUDGET: '1000000000',
    });
    const running = await run(settings);
    await measure(running).finally(() => running.stop());
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
