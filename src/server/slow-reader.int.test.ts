import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { GraphQLObjectType } from 'graphql';
import { entry, PROJECTION, useFeedBench } from '../mechanisms/change-feed/testing';
import type { AnyJson, SocketMessage, TestDoor } from './testing';
import { openTestDoor, until } from './testing';
import { createSource, createTestSchema } from './testing-setup';

/** Items that may wait for a reader, and how large each is on the wire: what the system buffers for a connection is soon full. */
const LIMIT = 20;
const SIZE = 64_000;
/** More than any system buffers. */
const MOST = 1_000;

const bench = useFeedBench();
let door: TestDoor;
let feed: ReturnType<typeof bench.createFeed>;

beforeEach(async () => {
  feed = bench.createFeed({ bufferLimit: LIMIT });
  const schema = createTestSchema(createSource(), () => new Error());
  const fieldsOf = (type: string) => (schema.getType(type) as GraphQLObjectType).getFields();
  Object.assign(fieldsOf('Count').viewer!, { resolve: () => 'x'.repeat(SIZE) });
  Object.assign(fieldsOf('Subscription').counted!, {
    subscribe(...[, { after = 'p1.test.0' }]: [unknown, { after?: string }]) {
      const place = BigInt(after.split('.')[2]!);
      const items = feed.subscribe({ projection: PROJECTION, kind: 'request', after: place });
      return {
        async next() {
          const { done, value } = await items.next();
          return done ? { done, value } : { done, value: Number(value.position) };
        },
        return: () => items.return!(),
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  });
  door = await openTestDoor({ schema });
});
afterEach(() => door.close());

/** Writes on until the subscription of who does not read has ended. Gives how many there are. */
async function writeUntilLeft(): Promise<number> {
  for (let n = 2; n < MOST; n += 10) {
    await bench.write(...Array.from({ length: 10 }, (_, index) => entry(n + index)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (feed.subscribers() === 0) return n + 9;
  }
  throw new Error('it is kept whatever waits for it');
}

const QUERY = 'subscription ($after: Position) { counted(after: $after) { n viewer } }';
const numberOf = ({ data }: AnyJson): number => (data?.counted as { n: number }).n;
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

it('a socket that is not read is told LAGGED with its position, keeps nobody waiting, and misses nothing when it comes again', async () => {
  const client = await door.signedIn();
  client.subscribe('1', QUERY);
  await until(() => feed.subscribers() === 1);
  await bench.write(entry(1));
  expect(numberOf((await client.next()).payload as AnyJson)).toBe(1);
  client.socket.pause();
  const last = await writeUntilLeft();

  client.socket.resume();
  const got = [1];
  let message: SocketMessage = await client.next();
  for (; message.type === 'next'; message = await client.next()) got.push(numberOf(message.payload as AnyJson));
  expect(message).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'LAGGED', retryable: true } }] });
  const { position } = (message.payload as unknown as { extensions: { position: string } }[])[0]!.extensions;
  expect(position).toBe(`p1.mem1.${got.at(-1)}`);
  expect(got).toEqual(upTo(got.length));
  expect(got.length).toBeLessThan(last);

  client.subscribe('2', QUERY, { after: position });
  while (got.length < last) got.push(numberOf((await client.next()).payload as AnyJson));
  expect(got).toEqual(upTo(last));
  client.socket.terminate();
});

it('an event stream that is not read ends so too, with the last position as the id of its last event', async () => {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer ben' };
  const asked = request(`${door.url}/stream`, { method: 'POST', headers });
  asked.end(JSON.stringify({ query: QUERY }));
  const answered = once(asked, 'response');
  await until(() => feed.subscribers() === 1);
  await bench.write(entry(1));
  const [response] = (await answered) as [IncomingMessage];
  response.pause();
  const last = await writeUntilLeft();

  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  response.resume();
  await once(response, 'end');
  const events = text.split('\n\n').flatMap((event) => /^data: (\{.*)$/m.exec(event)?.slice(1) ?? []);
  const told = events.map((event) => JSON.parse(event) as AnyJson);
  const failure = told.pop()!;
  expect(failure.errors).toMatchObject([{ extensions: { code: 'LAGGED', retryable: true } }]);
  expect(failure.errors?.[0]?.extensions.position).toBe(`p1.mem1.${told.length}`);
  expect(told.map(numberOf)).toEqual(upTo(told.length));
  expect(told.length).toBeLessThan(last);
  const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  expect(ids.at(-1)).toBe(`p1.test.${told.length}`);
});
