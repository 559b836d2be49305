import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * A place for a server that does not live for long. It is not there yet: whoever makes it then lets the user of the server pass. One that mkdtemp makes is
 * closed to everybody else, so that the data of a server which root starts would lie elsewhere, and stay.
 */
export const temporaryFolder = (purpose: string): string =>
  path.join(os.tmpdir(), `medianest-${purpose}-${randomUUID()}`);

/** Takes a folder away with all that servers left which ran in it and have stopped: the folder of its sockets each has elsewhere. */
export function removeTemporary(folder: string, ...servers: { connection: { host: string } }[]): void {
  for (const left of [folder, ...servers.map(({ connection }) => connection.host)]) {
    rmSync(left, { recursive: true, force: true });
  }
}
