import type { RedisConnections } from '../redis';

/** Messages for the time when Redis is back. */
const WAITING = 1_000;

type Handler = (message: never) => void | Promise<void>;

/**
 * How processes tell each other what was forgotten, over the connections that the house has: the library would open two of its own, with
 * nobody to hear their errors. What is told while Redis is away is told when it is back; who was away itself hears nothing of it, and forgets when
 * the time of an entry is over.
 */
export function createRedisBus({ commands, subscriber, prefix }: RedisConnections) {
  const handlers = new Map<string, Handler>();
  let sender = '';
  const wireName = (channel: string): string => `${prefix}${channel}`;

  let sendWaiting = (): void => undefined;
  const renew = (): void => {
    if (handlers.size > 0) subscriber.subscribe(...[...handlers.keys()]).catch(() => undefined);
  };
  const resume = (): void => sendWaiting();
  const hear = (name: string, text: string): void => {
    const handler = handlers.get(name);
    if (!handler) return;
    const { from, payload } = JSON.parse(text) as { from: string; payload: never };
    if (from !== sender) void handler(payload);
  };
  subscriber.on('ready', renew);
  subscriber.on('message', hear);
  commands.on('ready', resume);

  const transport = {
    setId(id: string) {
      sender = id;
      return transport;
    },
    onReconnect(callback: () => void) {
      sendWaiting = callback;
    },
    async publish(channel: string, payload: unknown) {
      await commands.publish(wireName(channel), JSON.stringify({ from: sender, payload }));
    },
    async subscribe(channel: string, handler: Handler) {
      handlers.set(wireName(channel), handler);
      await subscriber.subscribe(wireName(channel)).catch(() => undefined); // renewed when Redis is back
    },
    async unsubscribe(channel: string) {
      handlers.delete(wireName(channel));
    },
    disconnect: () => Promise.resolve(),
  };
  return {
    driver: {
      options: { retryQueue: { enabled: true, maxSize: WAITING, retryInterval: false as const } },
      factory: () => transport,
    },
    close(): void {
      commands.off('ready', resume);
      subscriber.off('ready', renew);
      subscriber.off('message', hear);
      handlers.clear();
    },
  };
}
