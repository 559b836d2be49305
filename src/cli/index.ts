import { StartupError } from '../mechanisms/errors';
import { catalogueCommand } from './catalogue';
import type { CliParts, Command } from './command';
import { schemaCommand } from './schema';
import { tokenCommand } from './token';

const commands: Record<string, Command> = { token: tokenCommand, schema: schemaCommand, catalogue: catalogueCommand };

const HELP = `medianest                                    serve (settings: see README)
medianest token --account <name> [--ttl 1h]  print an access token for scripts
medianest schema [--demo]                    print the API; with --demo what demo mode adds to it
medianest catalogue                          print the database that the migrations make`;

/** Runs one command of the command line. */
export async function runCli([name = '', ...words]: string[], parts: CliParts): Promise<void> {
  if (['help', '--help', '-h'].includes(name)) return parts.print(HELP);
  const command = commands[name];
  if (!command) throw new StartupError(`there is no command "${name}"; there are:\n${HELP}`);
  await command(words, parts);
}
