import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { MediaNestClient, MediaNestClientOptions } from '.';
import { createMediaNestClient, MediaNestError, PositionExpiredError, TypedDocumentString } from '.';
import { createSocket } from './socket';
import type { Script, ScriptedServer, Subscribed } from './testing';
import { startScriptedServer } from './testing';
import { createTokens } from './tokens';

interface Data {
  updated: { position: string; what: string };
}
const Updated = new TypedDocumentString<Data, { after?: string }>(
  'subscription Updated($after: Position) { updated(after: $after) { position what } }',
);
const at = (n: number) => `p1.pg.${n}`;
const head = (n: number) => ({ body: { data: { serverInfo: { position: at(n) } } } });

let server: ScriptedServer;
let client: MediaNestClient;
let retries: MediaNestError[];
afterEach(async () => {
  await client.close();
  await server.close();
});

async function play(script: Script, options: Partial<MediaNestClientOptions> = {}): Promise<void> {
  retries = [];
  server = await startScriptedServer(script);
  const onRetry = (reason: MediaNestError) => void retries.push(reason);
  client = createMediaNestClient({ url: server.url, token: 't1', webSocket: WebSocket, onRetry, ...options });
}

async function read(subscription: AsyncIterableIterator<Data>, count: number): Promise<string[]> {
  const heard: string[] = [];
  for await (const { updated } of subscription) {
    heard.push(updated.what);
    if (heard.length === count) break;
  }
  return heard;
}
const failureOf = (subscription: AsyncIterableIterator<Data>) =>
  read(subscription, 99).then(
    (heard) => new Error(`it ended after ${heard.join()}`),
    (error: unknown) => error,
  );
const asked = () => server.subscribed.map(({ variables }) => variables['after']);

describe('goes on where it was after', () => {
  const ends: [string, (subscribed: Subscribed) => void, Partial<MediaNestError>][] = [
    ['a server that goes', ({ close }) => close(1001), { status: 1001 }],
    ['a cut', ({ cut }) => cut(), { status: 1006 }],
    ['a restart', ({ close }) => close(1012), { status: 1012 }],
    ['an internal error', ({ close }) => close(4500), { status: 4500 }],
    ['too many at once', ({ close }) => close(4429), { status: 4429 }],
    ['falling behind', ({ refuse }) => refuse({ code: 'LAGGED', retryable: true }), { code: 'LAGGED' }],
    ['a fault that passes', ({ refuse }) => refuse({ code: 'STALE_READ', retryable: true }), { code: 'STALE_READ' }],
  ];
  it.each(ends)('%s', async (_what, end, reason) => {
    const first = (subscribed: Subscribed): void => {
      subscribed.update(at(5));
      subscribed.update(at(7), '8, first of two');
      end(subscribed);
    };
    const second = ({ update }: Subscribed): void => {
      update(at(7), '8, first of two');
      update(at(8), '8, second of two');
      update(at(9));
    };
    await play({ subscriptions: [first, second] });
    const heard = await read(client.subscribe(Updated, { after: at(3) }), 4);
    expect(heard).toEqual([at(5), '8, first of two', '8, second of two', at(9)]);
    expect(asked()).toEqual([at(3), at(5)]);
    expect(retries).toMatchObject([reason]);
  });

  it('a close that the library below takes for regular', async () => {
    const first = ({ update, close }: Subscribed): void => {
      update(at(5));
      update(at(6));
      close(1000);
    };
    const second = ({ update }: Subscribed): void => [at(6), at(7)].forEach((position) => update(position));
    await play({ subscriptions: [first, second] });
    expect(await read(client.subscribe(Updated, { after: at(3) }), 3)).toEqual([at(5), at(6), at(7)]);
    expect(asked()).toEqual([at(3), at(5)]);
  });

  it('many losses in a row, also in the middle of what comes again', async () => {
    const fromFive = ({ update, cut }: Subscribed): void => {
      update(at(5));
      cut();
    };
    const upTo =
      (last: number) =>
      (subscribed: Subscribed): void => {
        for (let n = 5; n <= last; n += 1) subscribed.update(at(n));
        subscribed.cut();
      };
    await play({ subscriptions: [fromFive, fromFive, ({ cut }) => cut(), upTo(6), upTo(5), upTo(8)] });
    expect(await read(client.subscribe(Updated, { after: at(3) }), 4)).toEqual([at(5), at(6), at(7), at(8)]);
  });
});

describe('from now on', () => {
  it('is after what is in the log by then, so that a loss before the first update loses nothing', async () => {
    const unknown = { body: { data: { serverInfo: { position: null } } } };
    await play({
      answer: (_post, number) => [{ status: 503 }, unknown][number - 1] ?? head(11),
      subscriptions: [({ cut }) => cut(), ({ update }) => update(at(12))],
    });
    expect(await read(client.subscribe(Updated), 1)).toEqual([at(12)]);
    expect(asked()).toEqual([at(11), at(11)]);
    expect(retries.map(({ status }) => status)).toEqual([503, undefined, 1006]);
  });

  it('is from the call, not from the first look at it', async () => {
    await play({ answer: () => head(1), subscriptions: [({ update }) => update(at(2))] });
    const subscription = client.subscribe(Updated);
    while (server.subscribed.length === 0) await new Promise(setImmediate);
    expect(await read(subscription, 1)).toEqual([at(2)]);
  });

  it('fails with what the server says', async () => {
    const errors = [{ message: 'no', extensions: { code: 'FORBIDDEN' } }];
    await play({ answer: () => ({ body: { errors } }) });
    expect(await failureOf(client.subscribe(Updated))).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a token', () => {
  it('that has ended is replaced, once for all who use it', async () => {
    let given = 1;
    const token = jest.fn(() => `t${given++}`);
    const ended = ({ update, close }: Subscribed): void => {
      update(at(1));
      close(4403);
    };
    const further = ({ update }: Subscribed): void => [at(1), at(2)].forEach((position) => update(position));
    await play({ subscriptions: [() => undefined, ended, further, further] }, { token });
    const both = [1, 2].map(() => read(client.subscribe(Updated, { after: at(0) }), 2));
    expect(await Promise.all(both)).toEqual([
      [at(1), at(2)],
      [at(1), at(2)],
    ]);
    expect(server.subscribed.map(({ authorization }) => authorization)).toEqual(
      ['t1', 't1', 't2', 't2'].map((name) => `Bearer ${name}`),
    );
    expect(token).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['the only one', 't1'],
    ['given again', () => 't1'],
  ])('%s is not tried twice', async (_what, token) => {
    await play({ subscriptions: [({ close }) => close(4403)] }, { token });
    const failure = await failureOf(client.subscribe(Updated, { after: at(0) }));
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED', status: 4403 });
    expect(server.subscribed).toHaveLength(1);
  });

  it('that cannot be had is an error of whoever gives it', async () => {
    const token = () => Promise.reject(new Error('no more tokens'));
    await play({}, { token });
    expect(await failureOf(client.subscribe(Updated, { after: at(0) }))).toMatchObject({ message: 'no more tokens' });
  });
});

describe('ends', () => {
  it('with an error that says what to do, when changes may have been missed', async () => {
    const expired = { code: 'POSITION_EXPIRED', retryable: false, oldest: at(40) };
    await play({ subscriptions: [({ refuse }) => refuse(expired)] });
    const failure = await failureOf(client.subscribe(Updated, { after: at(3) }));
    expect(failure).toBeInstanceOf(PositionExpiredError);
    expect(failure).toMatchObject({ code: 'POSITION_EXPIRED', oldest: at(40) });
    expect((failure as Error).message).toContain('subscribe without `after`');
  });

  it.each([
    ['a refusal for good', ({ refuse }: Subscribed) => refuse({ code: 'NOT_FOUND' }), { code: 'NOT_FOUND' }],
    ['a protocol that it does not speak', ({ close }: Subscribed) => close(4406), { status: 4406 }],
    ['a message that is too large', ({ close }: Subscribed) => close(1009), { status: 1009 }],
  ])('by %s', async (_what, end, expected) => {
    await play({ subscriptions: [end] });
    const failure = await failureOf(client.subscribe(Updated, { after: at(0) }));
    expect(failure).toBeInstanceOf(MediaNestError);
    expect(failure).toMatchObject(expected);
    expect(server.subscribed).toHaveLength(1);
  });

  it('when the server has no more', async () => {
    const all = ({ update, complete }: Subscribed): void => {
      update(at(1));
      complete();
    };
    await play({ subscriptions: [all] });
    expect(await read(client.subscribe(Updated, { after: at(0) }), 99)).toEqual([at(1)]);
  });

  it('when its connection is lost and it has no position to go on from', async () => {
    const Stateless = new TypedDocumentString<Data, Record<string, never>>('subscription { updated { what } }');
    const first = ({ update, cut }: Subscribed): void => {
      update(at(1));
      cut();
    };
    await play({ subscriptions: [first] });
    expect(await failureOf(client.subscribe(Stateless))).toMatchObject({ status: 1006, retryable: true });
  });

  it('when its document forgot the position', async () => {
    const Forgot = new TypedDocumentString<Data, { after?: string }>(
      'subscription ($after: Position) { updated(after: $after) { what } }',
    );
    await play({ subscriptions: [({ update }) => update(undefined as never, 'x')] });
    const failure = await failureOf(client.subscribe(Forgot, { after: at(0) }));
    expect((failure as Error).message).toContain('must select `position`');
  });
});

describe('is left at once', () => {
  const hasEnded = async (subscription: AsyncIterableIterator<Data>) => {
    const next = subscription.next();
    await subscription.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  };

  it('while it waits for an update, and closes its socket', async () => {
    await play({ subscriptions: [() => undefined] });
    const subscription = client.subscribe(Updated, { after: at(0) });
    while (server.subscribed.length === 0) await new Promise(setImmediate);
    await hasEnded(subscription);
    while (server.sockets() > 0) await new Promise(setImmediate);
  });

  it('while nobody answers', async () => {
    await play({});
    await server.close();
    const subscription = client.subscribe(Updated, { after: at(0) });
    while (retries.length < 2) {
      void subscription.next();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await hasEnded(subscription);
    server = await startScriptedServer({});
  });

  it('with all others, when the client is closed', async () => {
    await play({ subscriptions: [() => undefined, () => undefined] });
    const reading = [1, 2].map(() => read(client.subscribe(Updated, { after: at(0) }), 9));
    while (server.subscribed.length < 2) await new Promise(setImmediate);
    await client.close();
    expect(await Promise.all(reading)).toEqual([[], []]);
  });
});

it('a server that takes the connection and says nothing is given up', async () => {
  await play({});
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1'); // who does not read does not see the end
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const socket = createSocket({ url, tokens: createTokens('t'), webSocket: WebSocket, answerMs: 50 });
  await expect(socket.subscribe({ query: 'subscription { x }', variables: {} }).next()).rejects.toMatchObject({
    code: 4499,
  });
  silent.close();
});
