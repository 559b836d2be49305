import { eventStoreContract } from './event-store.contract';
import { createMemoryEventStore } from './memory';
import { strictIdsContract } from './strict-ids.contract';

eventStoreContract('memory twin', () => {
  const store = createMemoryEventStore();
  const reopened = { ...store, close: () => Promise.resolve() };
  return Promise.resolve({ store, reopen: () => Promise.resolve(reopened), drop: () => store.close() });
});

const store = createMemoryEventStore();
strictIdsContract(() => store);
