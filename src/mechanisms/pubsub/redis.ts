import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { RedisConnections } from '../redis';
import type { WakeUp, WakeUpMessage } from './wake-up';

type Listener = Parameters<WakeUp['subscribe']>[1];
type Subscriber = NonNullable<NonNullable<ConstructorParameters<typeof RedisPubSub>[0]>['subscriber']>;

/**
 * The wake-up of many processes. Redis carries hints only, so that nothing is lost with it: while it is away nobody is woken, publishing is no
 * error, and a subscription stands when it is back. Whoever came back may have missed something, and all listeners look.
 *
 * The connections stay the caller's to close.
 */
export function createRedisWakeUp({ commands, subscriber, prefix }: RedisConnections): WakeUp {
  const pubsub = new RedisPubSub({ publisher: commands, subscriber: withoutLooseEnds(subscriber) });
  const channelOf = (topic: string): string => `${prefix}wake-up:${topic}`;
  const subscriptions = new Map<number, { channel: string; listener: Listener }>();
  const sending = new Map<string, { next?: WakeUpMessage }>();

  const renew = async (): Promise<void> => {
    const channels = new Set([...subscriptions.values()].map(({ channel }) => channel));
    // Asked for again before we tell anybody to look: what is told in between would reach nobody.
    if (channels.size > 0) await subscriber.subscribe(...channels).catch(() => undefined);
    for (const { listener } of subscriptions.values()) listener();
  };
  const onReady = (): void => void renew();
  subscriber.on('ready', onReady);
  const unsubscribe = (id: number): void => {
    if (subscriptions.delete(id)) pubsub.unsubscribe(id);
  };

  /** One at a time for a topic; of those that wait the newest says all. */
  async function send(topic: string, message: WakeUpMessage): Promise<void> {
    const present = sending.get(topic);
    if (present) return void (present.next = message);
    const state: { next?: WakeUpMessage } = { next: message };
    sending.set(topic, state);
    while (state.next) {
      const { next } = state;
      delete state.next;
      await pubsub.publish(channelOf(topic), next).catch(() => undefined); // its connection tells of outages
    }
    sending.delete(topic);
  }

  return {
    publish: send,
    async subscribe(topic, listener) {
      const channel = channelOf(topic);
      const id = await pubsub.subscribe(channel, listener);
      subscriptions.set(id, { channel, listener });
      return () => unsubscribe(id);
    },
    async close() {
      subscriber.off('ready', onReady);
      for (const id of subscriptions.keys()) unsubscribe(id);
    },
  };
}

/** The library waits for no UNSUBSCRIBE: one that fails, since Redis is away, would end the process. It asks for a pattern's too, and there are none. */
function withoutLooseEnds(subscriber: RedisConnections['subscriber']): Subscriber {
  const quiet = {
    on: subscriber.on.bind(subscriber),
    subscribe: subscriber.subscribe.bind(subscriber),
    unsubscribe: (channel: string) => subscriber.unsubscribe(channel).catch(() => undefined),
    punsubscribe: () => undefined,
  };
  return quiet as unknown as Subscriber;
}
