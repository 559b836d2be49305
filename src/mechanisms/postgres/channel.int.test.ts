import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../observability';
import type { PostgresDatabase } from '.';
import { createDatabase } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

let test: TestDatabase;
let processes: PostgresDatabase[];
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());
beforeEach(() => {
  const log = createLogger({ level: 'silent' });
  const open = (name: string) =>
    createDatabase({
      connection: test.connection.app,
      max: 1,
      applicationName: name,
      log,
      statementTimeoutMs: 50,
    });
  processes = [open('one'), open('other')];
});
afterEach(() => Promise.all(processes.map((database) => database.close())));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition()); await pause(2)) {
    if (Date.now() > deadline) throw new Error(`not so in time: ${condition.toString()}`);
  }
}
const listening = async () =>
  test.owner.query<{ pid: number; name: string }>(
    `select pid, application_name as name from pg_stat_activity where pid <> pg_backend_pid() and query like '%listen bell%'`,
  );

/** Two processes that listen, how often each heard the other, and what it said last. */
async function twoChannels() {
  const heard = [0, 0];
  const said: (string | undefined)[] = [];
  const channels = processes.map((database, n) =>
    database.channel('bell', (message) => {
      heard[n]!++;
      said[n] = message;
    }),
  );
  await until(async () => (await listening()).length === 2);
  return { heard, said, one: channels[0]!, other: channels[1]! };
}

it('rings at the other process, not at its own, and many rings are few', async () => {
  const { heard, one, other } = await twoChannels();
  for (let ring = 0; ring < 1_000; ring++) one.ring();
  await until(() => heard[1]! > 0);
  other.ring();
  await until(() => heard[0]! > 0);
  expect(heard).toEqual([1, 1]);
});

it('rings with the last message, and without one', async () => {
  const { heard, said, one } = await twoChannels();
  for (const message of ['first', `it's "last"`]) one.ring(message);
  await until(() => heard[1]! > 0);
  expect(said[1]).toBe(`it's "last"`);
  one.ring();
  await until(() => heard[1]! > 1);
  expect(said[1]).toBeUndefined();
});

it('connects again by itself, and then counts as rung: something may have been missed', async () => {
  const { heard, one } = await twoChannels();
  const { pid } = (await listening()).find(({ name }) => name === 'other')!;
  await test.owner.query('select pg_terminate_backend($1, 5000)', [pid]);
  await until(() => heard[1] === 1);
  one.ring();
  await until(() => heard[1] === 2);
});

it('connects again when a ring gets no answer: nothing would be heard there either', async () => {
  const { heard, one, other } = await twoChannels();
  const { pid: frozen } = (await listening()).find(({ name }) => name === 'one')!;
  process.kill(frozen, 'SIGSTOP');
  try {
    one.ring();
    await until(async () => (await listening()).some(({ name, pid }) => name === 'one' && pid !== frozen));
    await until(() => heard[0]! > 0); // something may have been missed
    const before = heard[0]!;
    other.ring();
    await until(() => heard[0]! > before);
    one.ring();
    await until(() => heard[1]! > 0);
  } finally {
    process.kill(frozen, 'SIGCONT');
  }
});
