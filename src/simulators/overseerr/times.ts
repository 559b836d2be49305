import { isDeepStrictEqual } from 'node:util';
import type { State } from './state';
import { timestamp } from './state';
import type { StateStore } from './state-file';

/** The same state, but every row that a change touches remembers when. */
export function keepingTimes(store: StateStore, now: () => Date): StateStore {
  return {
    ...store,
    change: (work) =>
      store.change((draft) => {
        const before = structuredClone(draft);
        const result = work(draft);
        touch(before, draft, timestamp(now()));
        return result;
      }),
  };
}

function touch(before: State, after: State, at: string): void {
  for (const rows of ['media', 'requests'] as const) {
    const earlier = new Map(before[rows].map((row) => [row.id, row]));
    for (const row of after[rows]) {
      if (!isDeepStrictEqual(row, earlier.get(row.id))) row.updatedAt = at;
    }
  }
}
