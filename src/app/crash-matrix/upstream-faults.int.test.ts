import type { Server, World } from './testing';
import { createWorld } from './testing';

jest.setTimeout(90_000);

describe('a house and a request service with faults', () => {
  let world: World;
  let server: Server;
  beforeAll(async () => {
    world = await createWorld({ availableAfterMs: 60_000 });
    server = await world.start('none');
  });
  afterAll(() => world.end());

  /** Since this film was asked for. */
  async function expectLinkedOnce(id: string, { tmdbId, earlier }: { tmdbId: number; earlier: number }) {
    const request = await server.sees(id, ({ handover }) => handover.state === 'LINKED');
    expect(world.creates()).toHaveLength(earlier + 1);
    expect(world.overseerr.requestsFor(tmdbId)).toHaveLength(1);
    await server.sees(id, (_request, duplicates) => duplicates === 0);
    return request;
  }

  it('that was down: what was asked meanwhile waits, and is sent once it is back', async () => {
    const earlier = world.creates().length;
    await world.overseerr.setFault('DOWN');
    const { id } = await server.requestMedia(605, 'while down');
    await server.sees(id, ({ handover }) => handover.state === 'QUEUED' && handover.waitingOn === 'CONNECTION');
    expect(world.creates()).toHaveLength(earlier);
    await world.overseerr.setFault('NONE');
    await expectLinkedOnce(id, { tmdbId: 605, earlier });
  });

  it('that commits and does not answer: it is found there, and not sent again', async () => {
    const earlier = world.creates().length;
    await world.overseerr.setFault('COMMIT_THEN_DROP');
    const { id } = await server.requestMedia(624860, 'while dropping');
    await server.sees(id, ({ handover }) => handover.state === 'UNCERTAIN');
    await world.overseerr.setFault('NONE');
    const { upstream } = await expectLinkedOnce(id, { tmdbId: 624860, earlier });
    expect(upstream).toEqual({ adopted: 'FOUND_AFTER_UNCERTAIN' });
  });

  it('that holds two requests for one film: the next look counts it', async () => {
    const { id } = await server.requestMedia(550, 'once');
    await server.sees(id, ({ handover }) => handover.state === 'LINKED');
    world.overseerr.plantRequest(550, 3);
    await server.sees(id, (_request, duplicates) => duplicates === 1);
  });
});

it('counts two requests there right after the link, without any poll', async () => {
  const world = await createWorld({ availableAfterMs: 60_000 });
  try {
    for (const userId of [2, 3]) world.overseerr.plantRequest(605, userId);
    const server = await world.start('none', { ROLES: 'api,projector,worker' });
    const { id } = await server.requestMedia(605, 'once');
    const { upstream } = await server.sees(id, (_request, duplicates) => duplicates === 1);
    expect(upstream).toEqual({ adopted: 'PREEXISTING' });
    expect(world.creates()).toEqual([]);
  } finally {
    await world.end();
  }
});
