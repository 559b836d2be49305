import { promiseHooks } from 'node:v8';

/**
 * What a piece of work belongs to, followed into all that it awaits. AsyncLocalStorage does more, and does it for sockets and timers as well, which on Node 20 costs a
 * fifth of an operation: this follows promises alone. What goes on by a callback of something else takes it along with `bind`.
 */
export interface AsyncContext<Owner> {
  run<Result>(owner: Owner, work: () => Result): Result;
  current(): Owner | undefined;
}

const OWNER = Symbol('owner');
type Owned = { [OWNER]?: unknown };

let current: unknown;
let follows = false;

function follow(): void {
  if (follows) return;
  follows = true;
  promiseHooks.createHook({
    init(promise: Owned) {
      if (current !== undefined) promise[OWNER] = current;
    },
    before: (promise: Owned) => void (current = promise[OWNER]),
    after: () => void (current = undefined),
  } as Parameters<typeof promiseHooks.createHook>[0]);
}

function runFor<Result>(owner: unknown, work: () => Result): Result {
  const outer = current;
  current = owner;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** There is one in a process: an operation and its parts belong to one owner. */
export function createAsyncContext<Owner>(): AsyncContext<Owner> {
  follow();
  return { run: runFor, current: () => current as Owner | undefined };
}

/** The work as it has to be called later for what the caller belongs to now. */
export function bind(work: () => void): () => void {
  const owner = current;
  return () => runFor(owner, work);
}
