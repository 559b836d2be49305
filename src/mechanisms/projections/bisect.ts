import type { StoredEvent } from '../event-store';
import { isPassing, ProjectionStopped } from './failures';

export interface Bisection {
  /** All of them or nothing. */
  write(events: StoredEvent[]): Promise<void>;
  /** The event failed twice, alone; those before it are written. */
  poison(event: StoredEvent, cause: unknown): Promise<void>;
}

/** Writes the events in order, together; halved where they are to blame for a failure. */
export async function bisect(events: StoredEvent[], { write, poison }: Bisection): Promise<void> {
  try {
    return await write(events);
  } catch (error) {
    if (isPassing(error) || error instanceof ProjectionStopped) throw error;
  }
  if (events.length > 1) {
    const middle = Math.ceil(events.length / 2);
    await bisect(events.slice(0, middle), { write, poison });
    return bisect(events.slice(middle), { write, poison });
  }
  await write(events).catch((error: unknown) => {
    if (isPassing(error)) throw error;
    return poison(events[0]!, error);
  });
}
