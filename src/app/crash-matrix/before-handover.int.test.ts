import type { World } from './testing';
import { createWorld, expectFulfilledOnce } from './testing';

jest.setTimeout(90_000);
const FILM = 605;

describe('killed before the handover began', () => {
  let world: World;
  beforeEach(async () => (world = await createWorld({ availableAfterMs: 0 })));
  afterEach(() => world.end());

  it('K0, before the request was recorded: nothing is, and the same key asks once', async () => {
    const dying = await world.start('K0 before Submitted commits');
    await expect(dying.requestMedia(FILM, 'same')).rejects.toThrow();
    await dying.died();
    expect(await world.facts(FILM)).toEqual([]);

    const server = await world.start('none');
    const { outcome, id } = await server.requestMedia(FILM, 'same');
    expect(outcome).toBe('CREATED');
    await expectFulfilledOnce(world, { server, id, tmdbId: FILM });
  });

  it('K1, recorded and not seen by the reactor: it is handed over after the restart', async () => {
    const dying = await world.start('K1 after Submitted', { ROLES: 'api' });
    await expect(dying.requestMedia(FILM, 'same')).rejects.toThrow();
    await dying.died();
    expect(await world.facts(FILM)).toHaveLength(3);

    // Without a poller no janitor mends what the reactor leaves.
    const server = await world.start('none', { ROLES: 'api,projector,worker' });
    await world.until(() => world.creates().length);
    const { outcome, id } = await server.requestMedia(FILM, 'same');
    expect(outcome).toBe('CREATED'); // the first outcome, as the client was not told of it
    await expectFulfilledOnce(world, { server, id, tmdbId: FILM });
  });

  it('K2, its job waits for a worker: it is taken after the restart', async () => {
    const waiting = () =>
      world.database.owner.query(
        `select 1 from graphile_worker.jobs where task_identifier = 'hand-over' and locked_at is null`,
      );
    const dying = await world.start('none', { ROLES: 'api,projector' });
    const { id } = await dying.requestMedia(FILM, 'once');
    await world.until(async () => (await waiting()).length === 1);
    await dying.kill();
    expect(world.creates()).toEqual([]);

    const server = await world.start('none');
    await expectFulfilledOnce(world, { server, id, tmdbId: FILM });
  });
});
