import { once } from 'node:events';
import { StartupError } from '../../mechanisms/errors';
import { createCommandHandler } from '../../mechanisms/event-store';
import { buildApiSchema } from '../../mechanisms/graphql';
import { createLogger } from '../../mechanisms/observability';
import { readCatalogue } from '../../mechanisms/postgres';
import { createJobQueue } from '../../mechanisms/jobs';
import type { ProjectionStatus } from '../../mechanisms/projections';
import { createProjections, readRebuild, requestRebuild, retryStopped } from '../../mechanisms/projections';
import { runCli } from '../../cli';
import type { RebuildVisit, Visit } from '../../cli';
import { createAccountChanger, createTokenIssuer } from '../../features/accounts';
import { membersOf } from '../accounts';
import { readSettings } from '../config';
import { allCodecs } from '../event-codecs';
import type { FoundationParts } from '../foundations';
import { visitDatabase, visitEventStore } from '../foundations';
import { allProjections } from '../projections';
import { createReleases } from '../shutdown';
import { openStateFolder } from '../state-folder';
import { withTemporaryDatabase } from '../temporary-database';

/** Hands the command line its parts; each is made when a command wants it. */
export function runCommand(words: string[]): Promise<void> {
  return runCli(words, {
    stack: async () => (await import('./serve.js')).serveStack(),
    print: (text) => process.stdout.write(`${text}\n`),
    printLine,
    printOver,
    async issueToken({ account, ttlMs }) {
      const settings = readSettings();
      const folder = openStateFolder(settings.home, settings.key);
      if (!folder.hasKey('tokens')) {
        throw new StartupError(
          `no server has run in ${folder.path} yet, so none would take the token: start MediaNest once, or set MEDIANEST_HOME`,
        );
      }
      const issue = createTokenIssuer({
        members: membersOf(settings),
        key: folder.key('tokens'),
        clock: () => new Date(),
      });
      return issue(account, ttlMs);
    },
    async changeAccount(name, change) {
      const members = membersOf(readSettings());
      let standing = { suspended: false, role: '' };
      await visitEvents(async ({ store, codecs }) => {
        const handler = createCommandHandler({ store, codecs });
        standing = await createAccountChanger({ handler, members, clock: () => new Date() })(name, change);
      });
      return standing;
    },
    schema: async (demo) => buildApiSchema((await import('../api-only.js')).apiOnly(demo)),
    catalogue: () => withTemporaryDatabase(readCatalogue),
    visitEvents,
    listProjections,
    retryProjections,
    visitRebuild,
  });
}

async function printLine(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await once(process.stdout, 'drain').catch(() => undefined); // it broke: `enough` tells
}

function printOver(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Opens what a command looks into, and closes it after the work. */
async function visiting(work: (parts: FoundationParts) => Promise<void>): Promise<void> {
  const settings = readSettings();
  const log = createLogger({ level: 'warn', destination: process.stderr });
  const releases = createReleases(log);
  try {
    await work({ settings, folder: openStateFolder(settings.home, settings.key), releases, log });
  } finally {
    await releases.releaseAll();
  }
}

/** When the user, or who reads what is printed, has had enough. */
function untilEnough(): AbortSignal {
  const enough = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => enough.abort());
  process.stdout.once('error', () => enough.abort()); // as `| head` does when it has its lines
  return enough.signal;
}

async function visitEvents(work: (visit: Visit) => Promise<void>): Promise<void> {
  const enough = untilEnough();
  await visiting(async (parts) => {
    const store = await visitEventStore(parts);
    await work({ store, codecs: allCodecs(), enough });
  });
}

async function listProjections(): Promise<ProjectionStatus[]> {
  let listed: ProjectionStatus[] = [];
  await visiting(async (parts) => {
    const database = await visitDatabase(parts);
    const store = await visitEventStore(parts);
    const projections = allProjections({ codecs: allCodecs(), jobs: createJobQueue({ database }) });
    listed = await createProjections({ database, store, projections }).list();
  });
  return listed;
}

async function retryProjections(name?: string): Promise<string[]> {
  let retried: string[] = [];
  await visiting(async (parts) => void (retried = await retryStopped(await visitDatabase(parts), name)));
  return retried;
}

async function visitRebuild(name: string, work: (visit: RebuildVisit) => Promise<void>): Promise<void> {
  const enough = untilEnough();
  await visiting(async (parts) => {
    const database = await visitDatabase(parts);
    const views = allProjections({ codecs: allCodecs(), jobs: createJobQueue({ database }) }).filter(
      ({ tables }) => tables.length > 0,
    );
    const projection = views.find((one) => one.name === name);
    if (!projection) {
      throw new StartupError(
        `there is no projection "${name}" with rows; there are: ${views.map((one) => one.name).join(', ')}`,
      );
    }
    if (!(await requestRebuild(database, projection))) throw new StartupError(`${name} has no rows yet`);
    await work({ look: () => readRebuild(database, name), enough });
  });
}
