import { MediaNestError } from '../mechanisms/errors';
import { flushLog } from '../mechanisms/observability';

function complain(error: unknown): void {
  const text = error instanceof MediaNestError ? error.message : error instanceof Error ? error.stack : String(error);
  flushLog(); // what led to it comes before
  process.stderr.write(`medianest: ${text}\n`);
}

/** Without words it serves; with words it is the command line. Sets the exit code: 1 when it could not. */
export async function main(words: string[]): Promise<void> {
  try {
    // Each loads what it needs: a command is done before a server would have been loaded.
    if (words.length === 0) await (await import('./roles/serve.js')).serve();
    else await (await import('./roles/cli.js')).runCommand(words);
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}
