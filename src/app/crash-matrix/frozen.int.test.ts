import type { Server, World } from './testing';
import { createWorld, expectFulfilledOnce } from './testing';

jest.setTimeout(90_000);
const FILM = 605;
/** Whoever takes over; people go on talking to the first. */
const OTHER = { ROLES: 'projector,worker,poller' };

describe('K7: frozen past its lease while another process takes over', () => {
  let world: World;
  beforeEach(async () => (world = await createWorld()));
  afterEach(() => world.end());

  const types = async () => (await world.facts(FILM)).map(({ type }) => type);
  const fulfilled = async () => (await types()).includes('MediaBecameAvailable');

  /** The frozen one goes on, to the end of what it was about to do. */
  async function thaw(frozen: Server): Promise<void> {
    frozen.thaw();
    await frozen.handedOver();
  }

  it('before its attempt was recorded: the append is refused, and it reads what has become of it', async () => {
    const frozen = await world.start('K7 before HandoverAttempted', { LOG_LEVEL: 'debug' });
    const { id } = await frozen.requestMedia(FILM, 'once');
    await frozen.hear('point');
    expect((await types()).at(-1)).toBe('HandoverQueued');

    await world.start('none', OTHER);
    await world.until(fulfilled);
    const before = await types();
    expect(before.filter((type) => type === 'HandoverAttempted')).toHaveLength(1);
    await thaw(frozen);
    await expectFulfilledOnce(world, { server: frozen, id, tmdbId: FILM });
    expect(await types()).toEqual(before);
  });

  it('before its attempt was recorded, as the other does: what it finds there is no right to send', async () => {
    const first = await world.start('K7 before HandoverAttempted', { LOG_LEVEL: 'debug' });
    const { id } = await first.requestMedia(FILM, 'once');
    await first.hear('point');
    const second = await world.start('K7 after HandoverAttempted', { ...OTHER, LOG_LEVEL: 'debug' });
    await second.hear('point');
    expect((await types()).at(-1)).toBe('HandoverAttempted');

    await thaw(first);
    await expectFulfilledOnce(world, { server: first, id, tmdbId: FILM });
    const before = await world.facts(FILM);
    expect(before.find(({ type }) => type === 'HandoverDeferred')?.data).toMatchObject({ cause: 'WORKER_LOST' });
    expect(before.find(({ type }) => type === 'UpstreamRequestCreated')?.data).toMatchObject({ attemptNo: 2 });
    await thaw(second);
    expect(await world.facts(FILM)).toEqual(before);
    expect(world.creates()).toHaveLength(1);
  });

  it('between look and create: its lease is over, so it does not send', async () => {
    const frozen = await world.start('K7 between look and POST', { LOG_LEVEL: 'debug' });
    const { id } = await frozen.requestMedia(FILM, 'once');
    await frozen.hear('point');
    expect((await types()).at(-1)).toBe('HandoverAttempted');

    await world.start('none', OTHER);
    await world.until(fulfilled);
    const before = await types();
    await thaw(frozen);
    await expectFulfilledOnce(world, { server: frozen, id, tmdbId: FILM });
    expect(await types()).toEqual(before); // its own word of an attempt that another has ended adds nothing
  });
});
