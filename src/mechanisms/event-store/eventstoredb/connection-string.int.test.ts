import { StartupError } from '../../errors';
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
const open = async (options: string, credentials = '') =>
  (store = await createEventStoreDbStore({
    url: `esdb://${credentials}${double.hosts().join()}?tls=false&${options}`,
    log,
  }));

it('tells a conflict, also where the client is not to throw it', async () => {
  const { append } = await open('throwOnAppendFailure=false');
  const streamId = newStream();
  await append(streamId, NO_STREAM, newEvents(1));
  await expect(append(streamId, NO_STREAM, newEvents(1))).rejects.toMatchObject({ expected: NO_STREAM, actual: 0 });
  await expect(append(newStream(), 3, newEvents(1))).rejects.toMatchObject({ expected: 3, actual: NO_STREAM });
});

it('shows nobody the password where it has an option that the client does not know', async () => {
  const shown = jest.spyOn(console, 'warn').mockImplementation();
  await open('whatever=1', 'admin:s3cret@');
  expect(shown.mock.calls.join()).toMatch(/whatever/);
  expect(shown.mock.calls.join()).not.toMatch(/s3cret/);
  shown.mockRestore();
});

it.each([
  ['an option that the client refuses', 'keepAliveInterval=-5', ''],
  ['a certificate that is not there', 'tls=true&tlsCAFile=/nowhere.pem', ''],
  ['a password that is not encoded', '', 'admin:100%@'],
])('with %s is refused, and the setting is named', async (_what, options, credentials) => {
  const refused = open(options, credentials);
  await expect(refused).rejects.toBeInstanceOf(StartupError);
  await expect(refused).rejects.toThrow(/^EVENT_STORE_URL: /);
});
