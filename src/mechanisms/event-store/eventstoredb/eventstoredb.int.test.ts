import { createLogger } from '../../observability';
import type { EventStore } from '../event-store';
import { eventStoreContract } from '../event-store.contract';
import { createEventStoreDbStore } from '.';
import { createDouble } from './testing';

const log = createLogger({ level: 'silent' });
const realUrl = process.env.EVENTSTORE_TEST_URL;

// The suite holds both to what they do, not to how fast a busy machine lets them.
jest.setTimeout(120_000);
const answerMs = 30_000;

async function settingOn(url: string) {
  const opened: EventStore[] = [];
  const reopen = async () => {
    const store = await createEventStoreDbStore({ url, log, answerMs });
    opened.push(store);
    return store;
  };
  const close = async () => void (await Promise.all(opened.map((store) => store.close())));
  return { store: await reopen(), reopen, drop: close };
}

eventStoreContract('EventStoreDB, its double', async () => {
  const double = await createDouble();
  const setting = await settingOn(double.url());
  const drop = async () => {
    await setting.drop();
    await double.close();
  };
  return { ...setting, drop };
});

// The judge of the double.
if (realUrl) eventStoreContract('a real EventStoreDB', () => settingOn(realUrl));
