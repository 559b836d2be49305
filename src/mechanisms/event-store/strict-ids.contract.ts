import { ConcurrencyConflict } from '../errors';
import type { NewEvent } from './event';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { newEvents, newStream, versionsOf } from './fixtures.contract';

/** More than every store promises: no stream ever holds an id twice. EventStoreDB takes known ids again under its current version, or any. */
export function strictIdsContract(store: () => EventStore): void {
  it('is a conflict when known ids come with the current version, or any', async () => {
    const streamId = newStream();
    const [a, b, c] = newEvents(3) as [NewEvent, NewEvent, NewEvent];
    await store().append(streamId, NO_STREAM, [a, b]);
    await store().append(streamId, 1, [c]);
    const [fresh] = newEvents(1) as [NewEvent];
    const attempts: [number | 'any', NewEvent[]][] = [
      [2, [a, b]],
      [2, [fresh, a]],
      [2, [c]],
      ['any', [fresh, c]],
    ];
    for (const [expected, events] of attempts) {
      await expect(store().append(streamId, expected, events)).rejects.toBeInstanceOf(ConcurrencyConflict);
    }
    expect(await versionsOf(store(), streamId)).toEqual([0, 1, 2]);
  });
}
