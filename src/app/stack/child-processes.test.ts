import { once } from 'node:events';
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createLogger } from '../../mechanisms/observability';
import { startChildProcesses } from './child-processes';

const folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-child-processes-'));
const program = path.join(folder, 'program.js');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that shows that it runs, and is never ready. */
function start(signal: AbortSignal) {
  const members = new Map([['slow', {}]]);
  return startChildProcesses({ program, members, signal, log: createLogger({ level: 'silent' }) });
}
beforeAll(() =>
  writeFileSync(program, `require('fs').writeFileSync(__dirname + '/runs', ''); setInterval(() => {}, 1000)`),
);

it('that is told to go is not waited for, and leaves nobody behind', async () => {
  const told = new AbortController();
  const watcher = watch(folder);
  const seen = once(watcher, 'change');
  const starting = start(told.signal);
  await seen;
  watcher.close();
  told.abort();
  await expect(starting).rejects.toBe(told.signal.reason);
});

it('that was told to go before is not even started', async () => {
  const told = AbortSignal.abort();
  await expect(start(told)).rejects.toBe(told.reason);
});
