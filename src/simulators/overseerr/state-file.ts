import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { State } from './state';

export interface StateStore {
  current(): State;
  /** Runs on a draft. It takes effect, in the file first, only when the function returns; a throw leaves everything as it was. */
  change<T>(work: (draft: State) => T): T;
}

interface Stored {
  seed: string;
  state: State;
}

function read(file: string, seed: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let stored: Stored;
  try {
    stored = JSON.parse(text) as Stored;
  } catch (cause) {
    throw new Error(`the Overseerr simulator's state is not JSON: ${file}`, { cause });
  }
  if (stored.seed !== seed) {
    throw new Error(`the Overseerr simulator's state grew from seed '${stored.seed}', not from '${seed}': ${file}`);
  }
  return stored.state;
}

function write(file: string, stored: Stored): void {
  // The rename makes a kill in the middle harmless: the file is the state before or the state after.
  const beside = `${file}.writing`;
  writeFileSync(beside, JSON.stringify(stored));
  renameSync(beside, file);
}

/** Writes are synchronous: a change is in the file before anything can answer for it. Without a file the state lives in memory. */
export function openState(options: { file?: string; seed: string; initial: () => State }): StateStore {
  const { file, seed } = options;
  if (file) mkdirSync(dirname(file), { recursive: true });
  const known = file ? read(file, seed) : undefined;
  let state = known ?? options.initial();
  if (file && !known) write(file, { seed, state });
  return {
    current: () => state,
    change(work) {
      const draft = structuredClone(state);
      const result = work(draft);
      if (file) write(file, { seed, state: draft });
      state = draft;
      return result;
    },
  };
}
