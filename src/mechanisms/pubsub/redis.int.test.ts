import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { RedisConnections } from '../redis';
import type { OwnRedis } from '../redis/testing';
import { describeWithOwnRedis, describeWithRedis } from '../redis/testing';
import type { WakeUp, WakeUpMessage } from '.';
import { createRedisWakeUp } from '.';
import { until } from './testing';

const TOPIC = 'projection:request-view';
const message = (position: number): WakeUpMessage => ({ projection: 'request-view', position: `${position}` });

/** A process with its own connections, and what it heard: positions, or `look`. */
async function listener(connections: RedisConnections, topic = TOPIC) {
  const wakeUp = createRedisWakeUp(connections);
  const heard: string[] = [];
  const leave = await wakeUp.subscribe(topic, (said) => heard.push(said?.position ?? 'look'));
  return { wakeUp, heard, leave };
}
async function standing({ commands, prefix }: RedisConnections): Promise<number> {
  const [, count] = (await commands.call('pubsub', 'numsub', `${prefix}wake-up:${TOPIC}`)) as [string, number];
  return count;
}
/** Both ways stand: who listens before that is told to look once they do. */
const ready = ({ commands, subscriber }: RedisConnections) =>
  until(() => commands.status === 'ready' && subscriber.status === 'ready');

describeWithRedis('wake-up through Redis', (redis) => {
  it('tells other processes and the own one, of that topic only, until they leave', async () => {
    const [here, there] = [redis.connect(), redis.connect()];
    await Promise.all([ready(here), ready(there)]);
    const [mine, theirs, others] = [await listener(here), await listener(there), await listener(there, 'other')];
    await mine.wakeUp.publish(TOPIC, message(1));
    await until(() => theirs.heard.includes('1') && mine.heard.includes('1'));
    theirs.leave();
    theirs.leave();
    await until(async () => (await standing(here)) === 1);
    await mine.wakeUp.publish(TOPIC, message(2));
    await until(() => mine.heard.includes('2'));
    expect([theirs.heard, others.heard]).toEqual([['1'], []]);
  });

  it('of many at once the newest is told, not each', async () => {
    const connections = redis.connect();
    const { wakeUp, heard } = await listener(connections);
    await ready(connections);
    for (let position = 1; position <= 1_000; position += 1) void wakeUp.publish(TOPIC, message(position));
    await until(() => heard.includes('1000'));
    expect(heard.length).toBeLessThan(10);
  });

  it('10,000 who come and go leave no subscription, neither here nor there', async () => {
    const connections = redis.connect();
    const wakeUp = createRedisWakeUp(connections);
    const heard: unknown[] = [];
    await ready(connections);
    for (let batch = 0; batch < 100; batch += 1) {
      const leaving = await Promise.all(
        Array.from({ length: 100 }, () => wakeUp.subscribe(TOPIC, (said) => heard.push(said))),
      );
      for (const leave of leaving) leave();
    }
    await until(async () => (await standing(connections)) === 0);
    await wakeUp.publish(TOPIC, message(1));
    const { heard: later } = await listener(connections);
    await wakeUp.publish(TOPIC, message(2));
    await until(() => later.includes('2'));
    expect(heard).toEqual([]);
  });

  it('closed, nobody is told', async () => {
    const connections = redis.connect();
    const { wakeUp, heard } = await listener(connections);
    await wakeUp.close();
    await ready(connections);
    await until(async () => (await standing(connections)) === 0);
    await wakeUp.publish(TOPIC, message(1));
    expect(heard).toEqual([]);
  });
});

describeWithOwnRedis('wake-up through a Redis that', (redis: OwnRedis) => {
  /** A command that waits for an answer waits for 1.5 s. */
  const inTime = async (work: Promise<unknown>, ms: number): Promise<void> => {
    const began = performance.now();
    await work;
    expect(performance.now() - began).toBeLessThan(ms);
  };
  const worksAgain = async (from: WakeUp, heard: string[]): Promise<void> => {
    let position = 100;
    await until(async () => {
      await from.publish(TOPIC, message((position += 1)));
      return heard.some((said) => Number(said) > 100);
    });
  };

  it('was restarted: who listened looks, and is told again', async () => {
    const { wakeUp, heard } = await listener(redis.connect());
    const sender = createRedisWakeUp(redis.connect());
    heard.length = 0;
    await redis.stop();
    await inTime(wakeUp.publish(TOPIC, message(1)), 1_400);
    await redis.start();
    await until(() => heard.includes('look'));
    await worksAgain(sender, heard);
    expect(heard).not.toContain('1');
  });

  it('is not there yet: publishing is no error, and the subscription stands when it comes', async () => {
    await redis.stop();
    const connections = redis.connect();
    const wakeUp = createRedisWakeUp(connections);
    await inTime(wakeUp.publish(TOPIC, message(1)), 1_400);
    const heard: string[] = [];
    const subscribing = wakeUp.subscribe(TOPIC, (said) => heard.push(said?.position ?? 'look'));
    await redis.start();
    await subscribing;
    await worksAgain(wakeUp, heard);
  });

  it('froze: publishing waits for it for a moment only, and it goes on when it does', async () => {
    const { wakeUp, heard } = await listener(redis.connect());
    redis.freeze();
    try {
      await inTime(wakeUp.publish(TOPIC, message(1)), 3_000);
    } finally {
      redis.thaw();
    }
    await worksAgain(wakeUp, heard);
  });

  it('froze for longer than anybody waits, and while a subscription was under way', async () => {
    const connections = redis.connect();
    const { wakeUp, heard } = await listener(connections);
    redis.freeze();
    const other: string[] = [];
    const subscribing = wakeUp.subscribe('other', (said) => other.push(said?.position ?? 'look'));
    try {
      await until(() => connections.subscriber.status !== 'ready');
    } finally {
      redis.thaw();
    }
    await subscribing;
    await worksAgain(wakeUp, heard);
    expect(heard).toContain('look');
  });

  it('has closed our connections, again and again: each time all look', async () => {
    const connections = redis.connect();
    const control = redis.connect();
    const { heard } = await listener(connections);
    await ready(control);
    for (let round = 1; round <= 20; round += 1) {
      await until(async () => (await standing(control)) === 1);
      await control.commands.call('client', 'kill', 'type', 'pubsub');
      await until(() => heard.length >= round);
    }
    expect(new Set(heard)).toEqual(new Set(['look']));
  });

  it('is cut off without a word is missed soon: who listened connects anew and looks', async () => {
    const way = await openWay(redis.url().replace('unix://', ''));
    const connections = redis.connect(`redis://127.0.0.1:${way.port}`);
    const { heard } = await listener(connections);
    const sender = createRedisWakeUp(redis.connect());
    way.block();
    await sender.publish(TOPIC, message(1));
    await until(() => connections.subscriber.status !== 'ready');
    way.unblock();
    await until(() => heard.includes('look'));
    await worksAgain(sender, heard);
    expect(heard).not.toContain('1');
    await connections.close();
    await way.close();
  });

  it('goes away does not keep anybody from closing', async () => {
    const connections = redis.connect();
    const { wakeUp, leave } = await listener(connections);
    redis.freeze();
    try {
      leave();
      await inTime(
        wakeUp.close().then(() => connections.close()),
        3_000,
      );
    } finally {
      redis.thaw();
    }
  });
});

/** A way to the server that may swallow what is sent: a network that broke without telling. */
async function openWay(socketPath: string) {
  const ends = new Set<Socket>();
  let blocked = false;
  const carry = (from: Socket, to: Socket): void => {
    ends.add(from);
    from.on('data', (bytes) => void (blocked || to.write(bytes)));
    from.on('error', () => undefined).on('close', () => void (ends.delete(from), to.destroy()));
  };
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    carry(client, upstream);
    carry(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    block: () => (blocked = true),
    unblock: () => (blocked = false),
    async close() {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
