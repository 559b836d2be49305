import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLogger } from '../../mechanisms/observability';
import { until } from '../../mechanisms/pubsub/testing';
import { startLoadBalancer } from './load-balancer';

const log = createLogger({ level: 'silent' });
type LoadBalancer = Awaited<ReturnType<typeof startLoadBalancer>>;

/** Says its name, and whether it is ready, unless it is frozen. */
async function startBackend(name: string) {
  const state = { ready: true, refusals: 0, frozen: false, silences: 0 };
  const server = createServer(({ url }, response) => {
    if (state.frozen) return void (state.silences += 1);
    const refuses = url === '/health/ready' && !state.ready;
    if (refuses) state.refusals += 1;
    response.statusCode = refuses ? 503 : 200;
    response.end(name);
  });
  server.keepAliveTimeout = 0; // who closes a connection is the load balancer
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  return { state, server, backend: () => address };
}

async function ask(port: number): Promise<{ status: number; said: string }> {
  const [answer] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response');
  return { status: answer.statusCode, said: await text(answer) };
}
const socketsHere = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));

describe('the load balancer', () => {
  let [a, b]: Awaited<ReturnType<typeof startBackend>>[] = [];
  let balancer: LoadBalancer;
  const first = () => a!;
  const second = () => b!;
  const says = (...said: string[]) =>
    until(async () => said.includes((await ask(balancer.port)).said) && said.includes((await ask(balancer.port)).said));

  /** A client whose connection stays, and by whom it was answered. */
  const held = async () => {
    const client = connect(balancer.port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: house\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    return { client, by: answer.toString().endsWith('a') ? first() : second() };
  };

  beforeEach(async () => {
    [a, b] = [await startBackend('a'), await startBackend('b')];
    balancer = await startLoadBalancer({
      host: '127.0.0.1',
      port: 0,
      backends: [first().backend, second().backend],
      log,
    });
  });
  afterEach(async () => {
    await balancer.close();
    for (const { server } of [first(), second()]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says which port is taken, and by which setting another one is chosen', async () => {
    const { port } = balancer;
    const second = startLoadBalancer({ host: '127.0.0.1', port, backends: [], log });
    await expect(second).rejects.toThrow(new RegExp(`port ${port} of 127.0.0.1 is taken .* PORT`));
  });

  it('prefers who is ready, and takes who is not when nobody is', async () => {
    first().state.ready = false;
    await says('b');
    second().state.ready = false;
    // When it asks again it has heard the first answer.
    await until(() => second().state.refusals > 1);
    await says('a', 'b');
  });

  it('goes to another when one is gone, and says so when all are', async () => {
    first().server.closeAllConnections();
    first().server.close();
    await says('b');
    second().server.closeAllConnections();
    second().server.close();
    await until(async () => (await ask(balancer.port)).status === 503);
  });

  it('has nothing left of whom it sent away', async () => {
    const balancer = await startLoadBalancer({ host: '127.0.0.1', port: 0, backends: [], log });
    const before = socketsHere();
    for (let asked = 0; asked < 10; asked += 1) expect(await ask(balancer.port)).toMatchObject({ status: 503 });
    await until(() => socketsHere() <= before);
    await balancer.close();
  });

  it.each([true, false])('cuts connections of who is frozen only once another answers (ready: %s)', async (ready) => {
    const one = await held();
    const two = await until(async () => {
      const next = await held();
      return next.by === one.by ? undefined : next;
    });
    const [holder, other] = [one.by, two.by];
    for (const { state } of [holder, other]) state.frozen = true;
    // When it looks again it has taken the silence before for what it is. One of the two was asked first: then the other counted as one that answers.
    await until(() => holder.state.silences > 1 && other.state.silences > 1);
    expect([one.client.closed, two.client.closed]).toEqual([false, false]);
    Object.assign(other.state, { frozen: false, ready });
    await once(one.client, 'close');
    expect(two.client.closed).toBe(false);
  });

  it('has nothing left of clients that went as soon as they came', async () => {
    for (let round = 0; round < 20; round += 1) {
      const clients = Array.from({ length: 25 }, () => connect(balancer.port, '127.0.0.1'));
      await Promise.all(clients.map((client) => once(client, 'connect')));
      for (const client of clients) client.resetAndDestroy();
    }
    // What remains are the looks of the load balancer itself.
    await until(async () => (await connectionsOf(first().server)) + (await connectionsOf(second().server)) <= 2);
  });
});
