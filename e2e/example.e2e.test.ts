import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { RequestMediaDocument, ServerInfoDocument } from '../sdk';
import type { RequestUpdatedSubscription } from '../sdk';
import type { Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';
import { writeFileSync } from 'node:fs';

const root = path.resolve(__dirname, '..');
const house = createHouse();
let server: Server;
let ben: Person;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = await house.start();
  ({ ben } = await server.signIn());
  const POSITION_FILE = path.join(path.dirname(house.home), 'position');
  const { serverInfo } = await ben.execute(ServerInfoDocument);
  writeFileSync(POSITION_FILE, serverInfo.position!);
  env = { PATH: process.env['PATH'], MEDIANEST_URL: server.url, TOKEN: ben.token, POSITION_FILE };
});
afterAll(() => house.leave());

const ask = (tmdbId: number) => ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId } } });

/** Runs the example until it has told that this film is there. */
async function watchRequests(film: string): Promise<string[]> {
  const child = spawn(path.join(root, 'node_modules/.bin/tsx'), ['examples/watch-requests.ts'], { cwd: root, env });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const updates = () =>
    said
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RequestUpdatedSubscription['requestUpdated']);
  try {
    await until(
      `${film} is there`,
      () =>
        updates().some(({ request, change }) => request.title === film && change.type === 'MediaBecameAvailable') ||
        undefined,
    );
  } finally {
    child.kill('SIGINT');
    await exited;
  }
  return updates().map(({ request, change }) => `${request.title} ${change.type}`);
}

it('watch-requests tells all that happens, also what happened while it was stopped', async () => {
  await ask(550);
  const first = await watchRequests('Fight Club');
  expect(first).toEqual(
    expect.arrayContaining(['Fight Club MediaRequestSubmitted', 'Fight Club MediaBecameAvailable']),
  );
  await ask(438631);
  const second = await watchRequests('Dune');
  expect(second).toContain('Dune MediaRequestSubmitted');
  expect(second).not.toContain('Fight Club MediaRequestSubmitted');
});
