import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';

/** A request that reached the server. `status` is what it answered (or was about to, when the answer was dropped); 0 when it was cut off before. */
export interface ReceivedCall {
  at: string;
  method: string;
  path: string;
  status: number;
}

export interface RequestLog {
  append(call: ReceivedCall): void;
  /** Newest first. */
  newest(first: number): ReceivedCall[];
}

const CHUNK = 64 * 1024;
/** In memory; a file keeps all. */
const KEPT = 10_000;

function parse(line: string): ReceivedCall[] {
  try {
    return [JSON.parse(line) as ReceivedCall];
  } catch {
    return []; // the process was killed within this line
  }
}

/** The last lines of a file of any length, read backwards and no further than needed. */
function lastLines(file: string, count: number): string[] {
  const descriptor = openSync(file, 'r');
  try {
    let position = fstatSync(descriptor).size;
    let tail = Buffer.alloc(0);
    let newlines = 0;
    while (position > 0 && newlines <= count) {
      const chunk = Buffer.alloc(Math.min(CHUNK, position));
      position -= chunk.length;
      readSync(descriptor, chunk, 0, chunk.length, position);
      newlines += chunk.filter((byte) => byte === 10).length;
      tail = Buffer.concat([chunk, tail]);
    }
    const lines = tail.toString('utf8').split('\n').filter(Boolean);
    return count > 0 ? lines.slice(-count) : [];
  } finally {
    closeSync(descriptor);
  }
}

function inMemory(): RequestLog {
  const calls: ReceivedCall[] = [];
  return {
    append(call) {
      calls.push(call);
      if (calls.length > 2 * KEPT) calls.splice(0, KEPT);
    },
    newest: (first) => calls.slice(Math.max(0, calls.length - first)).reverse(),
  };
}

/** Appends before the answer is sent, so that what a client was told is never missing here. */
export function openRequestLog(file?: string): RequestLog {
  if (!file) return inMemory();
  mkdirSync(dirname(file), { recursive: true });
  // A line torn by a kill must not swallow the next one; empty lines are skipped on reading.
  appendFileSync(file, '\n');
  return {
    append: (call) => appendFileSync(file, `${JSON.stringify(call)}\n`),
    newest: (first) => lastLines(file, first).flatMap(parse).reverse(),
  };
}
