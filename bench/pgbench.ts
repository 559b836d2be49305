import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Cell } from './measure';
import { toCell } from './measure';

const run = promisify(execFile);

/** Its time begins before it connects, and 128 connections of a busy machine may take longer than a round. */
const CONNECTING_SECONDS = (writers: number) => 1 + Math.ceil(writers / 32);

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
        `--time=${CONNECTING_SECONDS(writers) + seconds}`,
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
      const done = transactionsIn(folder);
      const from = done.reduce((last, { at }) => Math.max(last, at), 0) - seconds * 1_000;
      return toCell(
        done.filter(({ at }) => at > from).map(({ took }) => took),
        seconds,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Milliseconds. A line of its logs is: client, number, microseconds it took, script, seconds of the epoch and microseconds of these when it was done. */
function transactionsIn(folder: string): { took: number; at: number }[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('log'))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => line.split(' ').map(Number))
    .map(([, , took = 0, , seconds = 0, microseconds = 0]) => ({
      took: took / 1_000,
      at: seconds * 1_000 + microseconds / 1_000,
    }));
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
