import { RequestMediaDocument, RequestUpdatedDocument } from '../sdk';
import * as plain from './plain';
import { createHouse } from './testing';
import type { Person, Server } from './testing';

const house = createHouse();
let server: Server;
let ben: Person;
beforeAll(async () => {
  server = await house.start();
  ({ ben } = await server.signIn());
});
afterAll(() => house.leave());

/** The ids and texts of the events, until one has these words. */
async function follow(words: string, lastEventId?: string) {
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    ...plain.bearer(ben),
    ...(lastEventId && { 'last-event-id': lastEventId }),
  };
  const body = JSON.stringify({ query: RequestUpdatedDocument.toString(), variables: { mine: true } });
  const stop = new AbortController();
  const response = await fetch(`${server.url}/stream`, { method: 'POST', headers, body, signal: stop.signal });
  expect(response.status).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async events() {
      let text = '';
      while (!text.includes(words)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
      stop.abort();
      const next = text.split('\n\n').filter((block) => block.includes('event: next'));
      return next.map((block) => ({ id: /^id: (.+)$/m.exec(block)?.[1], type: /"type":"(\w+)"/.exec(block)?.[1] }));
    },
  };
}

it('a stream of events goes on where its last event stood', async () => {
  const watching = await follow('"MediaBecameAvailable"');
  const title = { type: 'MOVIE', tmdbId: 438631 } as const;
  await ben.execute(RequestMediaDocument, { input: { title } });
  const all = await watching.events();
  expect(all[0]?.type).toBe('MediaRequestSubmitted');
  for (const { id } of all) expect(id).toMatch(/^p1\./);

  // One position may have many events; until the last of them is told, the id is that of the position before.
  const from = all.findIndex(({ id }, n) => n > 0 && id !== all[0]?.id);
  const again = await (await follow('"MediaBecameAvailable"', all[from]?.id)).events();
  expect(again.map(({ type }) => type)).toEqual(all.slice(from + 1).map(({ type }) => type));
});
