import type { Logger } from '../observability';
import type { WakeUp } from './wake-up';

export interface ListenParts {
  wakeUp: WakeUp;
  topic: string;
  log: Logger;
}

/** Rings at every word of the topic, for who also polls: nobody waits for the subscription to stand, and if it never does, the poll is there. */
export function listen({ wakeUp, topic, log }: ListenParts, ring: () => void): () => void {
  let stopped = false;
  let undo: (() => void) | undefined;
  wakeUp.subscribe(topic, ring).then(
    (unsubscribe) => {
      undo = unsubscribe;
      ring();
      if (stopped) undo();
    },
    (error: unknown) => log.warn({ err: error, topic }, 'no wake-up; polling'),
  );
  return () => {
    stopped = true;
    undo?.();
  };
}
