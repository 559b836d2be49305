/**
 * Prints every change of requests as one line of JSON, live:
 *
 *     export TOKEN=$(npm run -s medianest -- token --account ben)
 *     npx tsx examples/watch-requests.ts
 *
 * It goes on by itself when the server restarts. With POSITION_FILE it goes on where it was also when it is itself stopped and started again.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { createMediaNestClient, PositionExpiredError, RequestUpdatedDocument } from '../sdk';

const { MEDIANEST_URL: url = 'http://127.0.0.1:4000/graphql', TOKEN: token = '', POSITION_FILE: file } = process.env;
const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const nest = createMediaNestClient({
    url,
    token,
    webSocket: WebSocket,
    onRetry: ({ message }) => say(`${message}; trying again`),
  });
  process.once('SIGINT', () => void nest.close());
  const after = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined); // the first run has none

  for await (const { requestUpdated } of nest.subscribe(RequestUpdatedDocument, { after })) {
    process.stdout.write(`${JSON.stringify(requestUpdated)}\n`);
    if (file !== undefined) await writeFile(file, requestUpdated.position);
  }
}

main().catch((error: unknown) => {
  const { message } = error as Error;
  say(error instanceof PositionExpiredError && file !== undefined ? `${message} Remove ${file} for that.` : message);
  process.exitCode = 1;
});
