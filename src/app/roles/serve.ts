import { once } from 'node:events';
import { readSettings } from '../config';
import type { Settings } from '../config';
import { run } from '../run';
import type { Running } from '../run';

function announce({ demo, roles, databaseUrl, overseerr, home }: Settings, { url, signInLink }: Running): void {
  const lines = [
    `MediaNest runs: ${roles.join(', ')}.`,
    `  database    ${databaseUrl ? 'the one of DATABASE_URL' : `embedded PostgreSQL, in ${home}`}`,
    `  overseerr   ${overseerr ? overseerr.url : 'simulated'}`,
    ...(url ? [`  API         ${url}`] : []),
    ...(demo ? ['', 'This is demo mode: a household that is made up, and services that are simulated.'] : []),
    ...(signInLink ? [`Open this link to sign in as the admin of the demo (works once):\n\n    ${signInLink}\n`] : []),
    'A token for scripts: npm run -s medianest -- token --account <name>',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Serves until told to stop; a second signal does not wait. */
export async function serve(): Promise<void> {
  const settings = readSettings();
  const stop = new AbortController();
  const told = Promise.race(
    ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal, { signal: stop.signal })),
  );
  const running = await run(settings);
  announce(settings, running);
  await told;
  stop.abort();
  process.once('SIGINT', () => process.exit(130));
  await running.stop();
}
