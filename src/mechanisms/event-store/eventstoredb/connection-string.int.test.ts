import { createLogger } from '../../observability';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { newEvents, newStream } from '../fixtures.contract';
import { createEventStoreDbStore } from '.';
import type { Double } from './testing';
import { createDouble } from './testing';

const log = createLogger({ level: 'silent' });

let double: Double;
let store: EventStore | undefined;
beforeEach(async () => {
  store = undefined;
  double = await createDouble();
});
afterEach(async () => {
  await store?.close();
  await double.close();
});
const open = async (options: string) =>
  (store = await createEventStoreDbStore({
    url: `esdb://${double.hosts().join()}?tls=false&${options}`,
    log,
  }));

it('tells a conflict, also where the client is not to throw it', async () => {
  const { append } = await open('throwOnAppendFailure=false');
  const streamId = newStream();
  await append(streamId, NO_STREAM, newEvents(1));
  await expect(append(streamId, NO_STREAM, newEvents(1))).rejects.toMatchObject({ expected: NO_STREAM, actual: 0 });
  await expect(append(newStream(), 3, newEvents(1))).rejects.toMatchObject({ expected: 3, actual: NO_STREAM });
});
