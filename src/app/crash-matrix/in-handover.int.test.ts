import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from './testing';
import { createWorld, expectFulfilledOnce } from './testing';

jest.setTimeout(90_000);
const FILM = 605;

/** Passes every call on to the request service; the answer to a create goes no further than here. */
async function createWithholder(target: string) {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    const passedOn = send(new URL(url, target), { method, headers }, (answer) => {
      if (method === 'POST' && url === '/api/v1/request')
        return void answer.resume().once('end', () => server.emit('withheld'));
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passedOn.once('error', () => outgoing.destroy());
    incoming.pipe(passedOn);
  });
  const withheld = once(server, 'withheld');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    withheld,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('killed in the middle of the handover', () => {
  let world: World;
  beforeEach(async () => (world = await createWorld()));
  afterEach(() => world.end());

  const types = async () => (await world.facts(FILM)).map(({ type }) => type);
  /** Of the first attempt, that another process ended: nobody knows whether it arrived. */
  const LOST = { attemptNo: 1, cause: 'WORKER_LOST', certainty: 'UNKNOWN' };

  /** The restarted house takes over what was left and finds the request there. */
  async function expectAdopted(id: string): Promise<void> {
    expect(world.creates()).toHaveLength(1);
    expect((await types()).at(-1)).toBe('HandoverAttempted');
    const server = await world.start('none');
    const { upstream } = await expectFulfilledOnce(world, { server, id, tmdbId: FILM });
    expect(upstream).toEqual({ adopted: 'FOUND_AFTER_UNCERTAIN' });
    const facts = await world.facts(FILM);
    expect(facts.find(({ type }) => type === 'HandoverDeferred')?.data).toMatchObject(LOST);
    expect(facts.map(({ type }) => type)).not.toContain('UpstreamRequestCreated');
  }

  it('K3, an attempt was recorded and nothing sent: its outcome is unknown, a look finds nothing, the next one sends', async () => {
    const dying = await world.start('K3 after HandoverAttempted');
    const { id } = await dying.requestMedia(FILM, 'once');
    await dying.died();
    expect(world.creates()).toEqual([]);

    const server = await world.start('none');
    const { timeline } = await expectFulfilledOnce(world, { server, id, tmdbId: FILM });
    const facts = await world.facts(FILM);
    expect(facts.find(({ type }) => type === 'HandoverDeferred')?.data).toMatchObject(LOST);
    expect(facts.at(-2)).toMatchObject({ type: 'UpstreamRequestCreated' });
    expect(timeline.nodes.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'Attempt 1 to hand it over began.',
        'Attempt 1 ended: its worker was lost; it may have arrived, so we look before the next one.',
        'Attempt 2 to hand it over began.',
      ]),
    );
  });

  it('K4, sent and not answered: it is found there, and not sent again', async () => {
    const withholder = await createWithholder(world.overseerr.url);
    try {
      const dying = await world.start('none', { OVERSEERR_URL: withholder.url });
      const { id } = await dying.requestMedia(FILM, 'once');
      await withholder.withheld;
      await dying.kill();
      await expectAdopted(id);
    } finally {
      withholder.close();
    }
  });

  it('K5, answered and not recorded: it is found there, and not sent again', async () => {
    const dying = await world.start('K5 after 201');
    const { id } = await dying.requestMedia(FILM, 'once');
    await dying.died();
    await expectAdopted(id);
  });
});
