import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Answers, each time it is called, with what the process says next; rejects when it has ended, for then it would never say it. */
export function hearing<Message>(child: ChildProcess): () => Promise<Message> {
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a process of this bench ended before it told: ${signal ?? code}`);
  });
  died.catch(() => undefined); // told to who asks
  return async () => ((await Promise.race([once(child, 'message'), died])) as [Message])[0];
}
