import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/**
 * A place for a server that does not live for long. It is not there yet: whoever makes it then lets the user of the server pass. One that mkdtemp makes is
 * closed to everybody else, so that the data of a server which root starts would lie elsewhere, and stay.
 */
export const temporaryFolder = (purpose: string): string =>
  path.join(os.tmpdir(), `medianest-${purpose}-${randomUUID()}`);
