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

/** npm, and who signals a whole process group, pass on what we have been told ourselves: what follows so soon is an echo. */
const ECHO_MS = 1_000;

/** Resolves when the process is told to go. Who tells it again does not want to wait. */
function toldToGo(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const hear = () => {
      first ??= Date.now();
      if (Date.now() - first > ECHO_MS) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hear);
  });
}

/** Serves until told to stop. */
export async function serve(): Promise<void> {
  const settings = readSettings();
  const told = toldToGo();
  const running = await run(settings);
  announce(settings, running);
  await told;
  await running.stop();
}
