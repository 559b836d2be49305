import { eventStoreContract } from './event-store.contract';
import { createMemoryEventStore } from './memory';

eventStoreContract('memory twin', () => {
  const store = createMemoryEventStore();
  return Promise.resolve({ store, reopen: () => Promise.resolve(store), drop: () => store.close() });
});
