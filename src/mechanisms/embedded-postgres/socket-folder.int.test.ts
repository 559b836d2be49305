import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client } from 'pg';
import { createLogger } from '../observability';
import { createEmbeddedPostgres, removeTemporary, temporaryFolder } from '.';

jest.setTimeout(60_000);

const dataDir = temporaryFolder('sockets');
const postgres = createEmbeddedPostgres({ dataDir, log: createLogger({ level: 'silent' }) });
const { host } = postgres.connection;
afterEach(() => postgres.stop());
afterAll(() => removeTemporary(dataDir));

it('is gone with the server', async () => {
  await postgres.start();
  expect(fs.existsSync(host)).toBe(true);
  await postgres.stop();
  expect(fs.existsSync(host)).toBe(false);
});

it('is made again when who stops takes it away from who starts', async () => {
  const starting = postgres.start();
  while (!fs.existsSync(host)) await nextTurn();
  try {
    fs.rmdirSync(host);
  } catch {
    // on a busy machine its server may have come first
  }
  await starting;
  const client = new Client(postgres.connection);
  await client.connect();
  await client.end();
});
