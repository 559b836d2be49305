import { StartupError } from '../mechanisms/errors';
import { accountCommand } from './account';
import { catalogueCommand } from './catalogue';
import type { CliParts, Command, RebuildVisit, Visit } from './command';
import { EVENTS_USAGE, eventsCommand } from './events';
import { PROJECTIONS_USAGE, projectionsCommand } from './projections';
import { REBUILD_USAGE, rebuildCommand } from './rebuild';
import { SCHEMA_USAGE, schemaCommand } from './schema';
import { tokenCommand } from './token';
import { verifyCommand } from './verify';

export type { RebuildVisit, Visit };

const COMMANDS = new Map<string, Command>([
  ['stack', (_words, { stack }) => stack()],
  ['token', tokenCommand],
  ['account', accountCommand],
  ['events', eventsCommand],
  ['verify', verifyCommand],
  ['projections', projectionsCommand],
  ['rebuild', rebuildCommand],
  ['schema', schemaCommand],
  ['catalogue', catalogueCommand],
]);

/** What is told by its name alone. */
const WORDLESS = ['stack', 'verify', 'catalogue'];
const HELP_WORDS = ['--help', '-h'];

const HELP = `medianest                                    serve (settings: see README)
medianest stack                              serve, each role as processes of its own
medianest token --account <name> [--ttl 1h]  print an access token for scripts
medianest account suspend|resume <name>      let nobody in as this account any more, or again
medianest account role <name> <role>         make it an admin, a decider or a friend
${EVENTS_USAGE}
                                             print the log, or one stream, as NDJSON
medianest verify                             read all events, and say what is wrong with them
${PROJECTIONS_USAGE}       tell how projections stand, or let those try again that stopped or parked streams
${REBUILD_USAGE}               make what queries read anew, beside it, and tell how far that is
${SCHEMA_USAGE}                    print the API; with --demo what demo mode adds to it
medianest catalogue                          print the database that the migrations make`;

/** Runs one command of the command line. */
export async function runCli([name = '', ...words]: string[], parts: CliParts): Promise<void> {
  if (name === 'help' || [name, ...words].some((word) => HELP_WORDS.includes(word))) return parts.print(HELP);
  const command = COMMANDS.get(name);
  if (!command) throw new StartupError(`there is no command "${name}"; there are:\n${HELP}`);
  if (WORDLESS.includes(name) && words.length > 0) throw new StartupError(`medianest ${name} takes no words`);
  await command(words, parts);
}
