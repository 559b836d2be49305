import { ConcurrencyConflict } from '../errors';
import { appendUntilWon, newEvents, newStream, times, versionsOf } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';
import type { NewEvent } from './event';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';

const WRITERS = 40;

/** Who may append: expected versions, repeats, races. */
export function appendingContract(setting: () => ContractSetting): void {
  let store: EventStore;
  beforeAll(() => void (store = setting().store));

  describe('expected versions', () => {
    it('starts a stream at version 0', async () => {
      const streamId = newStream();
      await expect(store.append(streamId, NO_STREAM, newEvents(2))).resolves.toMatchObject({
        version: 1,
        repeated: false,
      });
      expect(await versionsOf(store, streamId)).toEqual([0, 1]);
    });

    it.each([
      ['no stream', NO_STREAM],
      ['an older version', 0],
      ['a version that is not there yet', 7],
    ])('refuses %s on an existing stream, and tells its version', async (_, expected) => {
      const streamId = newStream();
      await store.append(streamId, NO_STREAM, newEvents(3));
      const refused = store.append(streamId, expected, newEvents(1));
      await expect(refused).rejects.toMatchObject({ streamId, expected, actual: 2 });
      await expect(refused).rejects.toBeInstanceOf(ConcurrencyConflict);
      expect(await versionsOf(store, streamId)).toEqual([0, 1, 2]);
    });

    it('takes the exact version', async () => {
      const streamId = newStream();
      await store.append(streamId, NO_STREAM, newEvents(3));
      await expect(store.append(streamId, 2, newEvents(2))).resolves.toMatchObject({ version: 4 });
    });

    it.each([0, 3])('refuses version %d on a missing stream', async (expected) => {
      const streamId = newStream();
      const refused = store.append(streamId, expected, newEvents(1));
      await expect(refused).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT', expected, actual: NO_STREAM });
      expect(await store.readStream(streamId)).toEqual({ version: NO_STREAM, events: [] });
    });

    it('takes any on a missing and on an existing stream', async () => {
      const streamId = newStream();
      await expect(store.append(streamId, 'any', newEvents(2))).resolves.toMatchObject({ version: 1 });
      await expect(store.append(streamId, 'any', newEvents(1))).resolves.toMatchObject({ version: 2 });
    });
  });

  describe('repeats', () => {
    it('gives the first answer to the same ids with the same exact version, also when the stream has moved on', async () => {
      const streamId = newStream();
      const [first, second] = [newEvents(2), newEvents(3)];
      const answers = [await store.append(streamId, NO_STREAM, first), await store.append(streamId, 1, second)];
      await store.append(streamId, 4, newEvents(1));
      const head = await store.head();

      for (const again of [store, await setting().reopen()]) {
        expect(await again.append(streamId, NO_STREAM, first)).toEqual({ ...answers[0], repeated: true });
        expect(await again.append(streamId, 1, second)).toEqual({ ...answers[1], repeated: true });
      }
      expect(await store.head()).toBe(head);
      expect(await versionsOf(store, streamId)).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('keeps one copy when the same append comes 20 times at once', async () => {
      const streamId = newStream();
      const events = newEvents(2);
      const answers = await Promise.all(times(20, () => store.append(streamId, NO_STREAM, events)));
      expect(answers.filter((answer) => !answer.repeated)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.positions.join())).size).toBe(1);
      expect(await versionsOf(store, streamId)).toEqual([0, 1]);
    });

    it('is one also when the ids come in capitals', async () => {
      const streamId = newStream();
      const events = newEvents(2);
      const first = await store.append(streamId, NO_STREAM, events);
      const capitals = events.map((event) => ({ ...event, eventId: event.eventId.toUpperCase() }));
      expect(await store.append(streamId, NO_STREAM, capitals)).toEqual({ ...first, repeated: true });
    });

    it('is a conflict when known ids come with an older version, or in other company', async () => {
      const streamId = newStream();
      const [a, b, c] = newEvents(3) as [NewEvent, NewEvent, NewEvent];
      await store.append(streamId, NO_STREAM, [a, b]);
      await store.append(streamId, 1, [c]);
      const [fresh] = newEvents(1) as [NewEvent];
      const attempts: [number, NewEvent[]][] = [
        [0, [a, b]],
        [NO_STREAM, [a, fresh]],
        [NO_STREAM, [b, a]],
        [1, [fresh, c]],
      ];
      for (const [expected, events] of attempts) {
        await expect(store.append(streamId, expected, events)).rejects.toBeInstanceOf(ConcurrencyConflict);
      }
      expect(await versionsOf(store, streamId)).toEqual([0, 1, 2]);
    });

    it('lets another stream have the same ids', async () => {
      const events = newEvents(1);
      await store.append(newStream(), NO_STREAM, events);
      await expect(store.append(newStream(), NO_STREAM, events)).resolves.toMatchObject({ repeated: false });
    });
  });

  describe(`${WRITERS} writers at once`, () => {
    it('let one win per exact version', async () => {
      const streamId = newStream();
      const outcomes = await Promise.allSettled(times(WRITERS, () => store.append(streamId, NO_STREAM, newEvents(1))));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({ code: 'CONCURRENCY_CONFLICT', actual: 0 });
      }
      expect(await versionsOf(store, streamId)).toEqual([0]);
    });

    it('lose nothing when each tries again from the actual version', async () => {
      const streamId = newStream();
      const other = await setting().reopen();
      await Promise.all(times(WRITERS, (n) => appendUntilWon(n % 2 ? store : other, streamId)));
      expect(await versionsOf(store, streamId)).toEqual(times(WRITERS, (n) => n));
    });

    it('all succeed with any', async () => {
      const streamId = newStream();
      const answers = await Promise.all(times(WRITERS, () => store.append(streamId, 'any', newEvents(1))));
      expect(answers.map((answer) => answer.version).sort((a, b) => a - b)).toEqual(times(WRITERS, (n) => n));
    });
  });
}
