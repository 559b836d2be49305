import { auditServer } from 'graphql-http';
import * as plain from './plain';
import { createHouse } from './testing';

const house = createHouse();
afterAll(() => house.leave());

/** The audits of the specification "GraphQL over HTTP", on the server as it runs. Each request is sent twice: what comes again is answered by another way. */
async function audit(headers: Record<string, string>) {
  const server = await house.start();
  const signedIn = plain.bearer((await server.signIn()).ben);
  const results = await auditServer({
    url: server.url,
    async fetchFn(url: string, init: RequestInit = {}) {
      const send = () =>
        fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...signedIn, ...headers } });
      await (await send()).text();
      return send();
    },
  });
  await server.stop();
  expect(results).toHaveLength(61);
  return results.flatMap((result) => (result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`]));
}

it('a program that says it is no browser’s form passes all 61', async () => {
  expect(await audit({ 'apollo-require-preflight': '1' })).toEqual([]);
});

it('without that word the three that ask by GET are refused on purpose: any page could send them', async () => {
  const refused = await audit({});
  expect(refused.map((line) => line.slice(0, 4)).sort()).toEqual(['5A70', '6A70', 'D6D5']);
});
