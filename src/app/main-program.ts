import { MediaNestError } from '../mechanisms/errors';
import { flushLog } from '../mechanisms/observability';
import { runCommand } from './roles/cli';
import { serve } from './roles/serve';

function complain(error: unknown): void {
  const text = error instanceof MediaNestError ? error.message : error instanceof Error ? error.stack : String(error);
  flushLog(); // what led to it comes before
  process.stderr.write(`medianest: ${text}\n`);
}

/** Without words it serves; with words it is the command line. Sets the exit code: 1 when it could not. */
export async function main(words: string[]): Promise<void> {
  try {
    await (words.length === 0 ? serve() : runCommand(words));
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}
