import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Simulated } from '../upstreams';
import type { Releases } from '../shutdown';

/** For the processes of this machine that were told its key: where each simulator is, and its switches. Answers with its address. */
export async function serveSimulators(simulated: Map<string, Simulated>, releases: Releases): Promise<string> {
  const key = randomBytes(24).toString('hex');
  const server = createServer((request, response) => {
    answer(request, { simulated, key }).then(
      (body) => send(response, body === undefined ? 404 : 200, body),
      (error: unknown) => send(response, 500, { message: String(error) }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  releases.add('simulators for others', () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${key}@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `GET /<id>`: what there is. `POST /<id>/<switch>`: its answer. Undefined: nothing for this caller. */
async function answer(
  request: IncomingMessage,
  { simulated, key }: { simulated: Map<string, Simulated>; key: string },
): Promise<object | undefined> {
  const given = Buffer.from(request.headers.authorization ?? '');
  if (given.length !== key.length || !timingSafeEqual(given, Buffer.from(key))) return undefined;
  const [, id = '', name] = (request.url ?? '').split('/');
  const one = simulated.get(id);
  if (!one) return undefined;
  if (name === undefined) return { address: one.address, switches: Object.keys(one.switches) };
  const { args } = (await json(request)) as { args: never[] };
  return one.switches[name]?.(...args).then((said) => ({ said }));
}

function send(response: ServerResponse, status: number, body: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
