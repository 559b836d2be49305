import { setTimeout as pause } from 'node:timers/promises';
import type { TestDoor } from './testing';
import { openTestDoor, until, viewer } from './testing';

let door: TestDoor;
/** Who asked, as it is looked up: slowly, as in a busy database, so that more comes while an operation is not let in yet. */
const asked: unknown[] = [];
beforeEach(async () => {
  const authenticate = (token: unknown) => (asked.push(token), pause(50, viewer('usr_ben')));
  door = await openTestDoor({ authenticate });
});
afterEach(() => door.close());

const bearer = { authorization: 'Bearer ben' };

/** A stream that many operations share. */
async function openStream() {
  const token = await (await fetch(`${door.url}/stream`, { method: 'PUT', headers: bearer })).text();
  const asked = { ...bearer, 'x-graphql-event-stream-token': token };
  const stop = new AbortController();
  const stream = await fetch(`${door.url}/stream`, {
    headers: { ...asked, accept: 'text/event-stream' },
    signal: stop.signal,
  });
  const reader = stream.body!.getReader();
  let text = '';
  return {
    async ask(id: string, query: string) {
      const body = JSON.stringify({ query, extensions: { operationId: id } });
      const headers = { ...asked, 'content-type': 'application/json' };
      return (await fetch(`${door.url}/stream`, { method: 'POST', headers, body })).status;
    },
    async end(id: string) {
      await fetch(`${door.url}/stream?operationId=${id}`, { method: 'DELETE', headers: asked });
    },
    /** Reads until as many as these were told this. */
    async told(what: string, times: number) {
      const decoder = new TextDecoder();
      while (text.split(what).length <= times) text += decoder.decode((await reader.read()).value, { stream: true });
      return text.split(what).length - 1;
    },
    stop: () => stop.abort(),
  };
}

const COUNTED = 'subscription { counted { n } }';

it('one stream carries at most 20 operations, also of those that come at once', async () => {
  const stream = await openStream();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => stream.ask(`op${n}`, COUNTED)));
  expect(new Set(answers)).toEqual(new Set([202]));
  expect(await stream.told('TOO_MANY_SUBSCRIPTIONS', 10)).toBe(10);
  await until(() => door.source.subscribed === 20);
  stream.stop();
  await until(() => door.source.returned === 20);
});

it('an operation that is over gives its place back, however it ended', async () => {
  const stream = await openStream();
  for (const query of ['{ me { id } }', '{ you }', '{ fail }', COUNTED]) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => stream.ask(`${query} ${n}`, query)));
    expect(new Set(answers)).toEqual(new Set([202]));
  }
  await until(() => door.source.subscribed === 20);
  await stream.end(`${COUNTED} 0`);
  await until(() => door.source.returned === 1);
  await stream.ask('one more', COUNTED);
  await until(() => door.source.subscribed === 21);
  stream.stop();
});

it('a subscription whose reader goes before it stands is ended', async () => {
  const stream = await openStream();
  asked.length = 0;
  const answer = stream.ask('op', COUNTED);
  await until(() => asked.length === 2); // the request, and the operation on it
  stream.stop();
  await answer;
  await until(() => door.source.subscribed === 1);
  await until(() => door.source.returned === 1);
});
