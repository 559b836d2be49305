import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { newEvents, newStream, times, versionsOf } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';

/** Whoever dies between sending and the answer says the same again when he is back, and it is there once. */
export function dyingClientContract(setting: () => ContractSetting): void {
  let store: EventStore;
  beforeAll(() => void (store = setting().store));

  it('keeps one copy of what a client sent that went before the answer', async () => {
    const streamId = newStream();
    const rounds = times(5, () => newEvents(2));
    for (const [round, events] of rounds.entries()) {
      const expected = round === 0 ? NO_STREAM : 2 * round - 1;
      const dying = await setting().reopen();
      const unheard = dying.append(streamId, expected, events).catch(() => undefined);
      await dying.close();
      const answer = await store.append(streamId, expected, events);
      expect(answer).toMatchObject({ version: expected + 2 });
      await unheard;
    }
    expect(await versionsOf(store, streamId)).toEqual(times(10, (n) => n));
    const { events } = await store.readStream(streamId);
    expect(events.map(({ eventId }) => eventId)).toEqual(rounds.flat().map(({ eventId }) => eventId));
  });
}
