import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Cell } from './measure';
import { toCell } from './measure';

const run = promisify(execFile);

/** The physical limit: one prepared INSERT of one row of the same size and its commit, by PostgreSQL's own client in C. Null when not installed. */
export function createPgbench(
  connection: { host: string; port: number; user: string; database: string },
  text: string,
) {
  const binary = findPgbench();
  if (!binary) return null;
  return async (writers: number, seconds: number): Promise<Cell> => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-pgbench-'));
    try {
      const script = path.join(folder, 'insert.sql');
      writeFileSync(script, `INSERT INTO raw_row (data) VALUES ('${text.replaceAll("'", "''")}');\n`);
      const load = [
        '--no-vacuum',
        '--protocol=prepared',
        `--client=${writers}`,
        `--jobs=${Math.min(writers, 2)}`,
        `--time=${seconds}`,
      ];
      const place = [
        '--host',
        connection.host,
        '--port',
        `${connection.port}`,
        '--username',
        connection.user,
        connection.database,
      ];
      await run(binary, [...load, '--log', '--log-prefix', path.join(folder, 'log'), '--file', script, ...place]);
      return toCell(latenciesIn(folder), seconds);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Each line of its logs: client, transaction, microseconds, … */
function latenciesIn(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('log'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => Number(line.split(' ')[2]) / 1_000);
}

function findPgbench(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.map((folder) => path.join(folder, 'pgbench')).find((file) => existsSync(file));
}
