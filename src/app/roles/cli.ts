import { buildApiSchema } from '../../mechanisms/graphql';
import { readCatalogue } from '../../mechanisms/postgres';
import { runCli } from '../../cli';
import { createTokenIssuer } from '../../features/accounts';
import { membersOf } from '../accounts';
import { readSettings } from '../config';
import { openStateFolder } from '../state-folder';
import { apiOnly } from '../api-only';
import { withTemporaryDatabase } from '../temporary-database';

/** Hands the command line its parts; each is made when a command wants it. */
export function runCommand(words: string[]): Promise<void> {
  return runCli(words, {
    print: (text) => process.stdout.write(`${text}\n`),
    async issueToken({ account, ttlMs }) {
      const settings = readSettings();
      const key = openStateFolder(settings.home).key('tokens');
      const issue = createTokenIssuer({
        members: membersOf(settings),
        key,
        clock: () => new Date(),
      });
      return issue(account, ttlMs);
    },
    schema: async (demo) => buildApiSchema(apiOnly(demo)),
    catalogue: () => withTemporaryDatabase(readCatalogue),
  });
}
