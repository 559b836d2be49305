import { PubSub } from 'graphql-subscriptions';
import type { WakeUp, WakeUpMessage } from './wake-up';

/** The wake-up of a single process. Other processes hear nothing of it: their polls find what it tells. */
export function createInProcessWakeUp(): WakeUp {
  const pubsub = new PubSub<Record<string, WakeUpMessage>>();
  const subscriptions = new Set<number>();
  const unsubscribe = (id: number): void => {
    if (subscriptions.delete(id)) pubsub.unsubscribe(id);
  };
  return {
    publish: (topic, message) => pubsub.publish(topic, message),
    async subscribe(topic, listener) {
      const id = await pubsub.subscribe(topic, listener);
      subscriptions.add(id);
      return () => unsubscribe(id);
    },
    async close() {
      for (const id of subscriptions) unsubscribe(id);
    },
  };
}
