import { once } from 'node:events';
import path from 'node:path';
import { readSettings } from '../config';
import type { Settings } from '../config';
import type { Announcement, Started } from '../run';
import { run } from '../run';
import { MEMBERS, startStack } from '../stack';

function announce(settings: Settings, who: string, { url, monitoringUrl, signInLink }: Started): void {
  const { demo, databaseUrl, plex, overseerr, uptimeKuma, home } = settings;
  const where = (real?: { url: string }): string => real?.url ?? (demo ? 'simulated' : 'not connected');
  const lines = [
    `MediaNest runs: ${who}.`,
    `  database    ${databaseUrl ? 'the one of DATABASE_URL' : `embedded PostgreSQL, in ${home}`}`,
    `  Plex        ${where(plex)}`,
    `  Overseerr   ${where(overseerr)}`,
    `  Uptime Kuma ${where(uptimeKuma)}`,
    ...(url ? [`  API         ${url}`] : []),
    ...(monitoringUrl ? [`  metrics     ${monitoringUrl}/metrics`] : []),
    ...(demo ? ['', 'This is demo mode: a household that is made up, and services that are simulated.'] : []),
    ...(signInLink ? [`Open this link to sign in as the admin of the demo (works once):\n\n    ${signInLink}\n`] : []),
    'A token for scripts: npm run -s medianest -- token --account <name>',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** npm, and who signals a whole process group, pass on what we have been told ourselves: what follows so soon is an echo. */
const ECHO_MS = 1_000;

/** Aborted when the process is told to go, or when the parent that it belongs to is gone. Told a second time, it ends at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let first: number | undefined;
  const hear = () => {
    first ??= Date.now();
    if (Date.now() - first > ECHO_MS) process.exit(130);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, hear);
  process.channel?.unref(); // heard, but not waited for
  return stop.signal;
}

async function untilTold(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** The end of a start that was given up: what it still waits for would keep us. */
function leaveIfTold(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    if (error !== signal.reason) throw error;
    process.exit();
  };
}

/** Serves until told to stop. */
export async function serve(): Promise<void> {
  const settings = readSettings();
  const signal = stopSignal();
  const running = await run(settings, { signal }).catch(leaveIfTold(signal));
  const { url, monitoringUrl, signInLink } = running;
  process.send?.({ url, monitoringUrl, signInLink } satisfies Announcement);
  if (!signal.aborted) announce(settings, settings.roles.join(', '), running);
  await untilTold(signal);
  await running.stop();
}

/** The same as many processes. */
export async function serveStack(): Promise<void> {
  const settings = readSettings();
  const signal = stopSignal();
  const running = await startStack(settings, { program: path.resolve(__dirname, '../../main.js'), signal }).catch(
    leaveIfTold(signal),
  );
  if (!signal.aborted) announce(settings, MEMBERS.map(([name]) => name).join(', '), running);
  await untilTold(signal);
  await running.stop();
}
