import { createBench, failureOf, json, refusedAddress } from '../../mechanisms/http/testing';
import type { Bench } from '../../mechanisms/http/testing';
import { createOverseerrClient } from './client';
import type { OverseerrClient } from './overseerr';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const clientOf = (address: string): OverseerrClient => createOverseerrClient({ http: bench.client(address) });

describe('identify', () => {
  const serving = async (settings: unknown, version?: string): Promise<OverseerrClient> =>
    clientOf(
      await bench.serve((request, response) => {
        if (request.url === '/api/v1/auth/me') json(response, 200, { id: 1 });
        else if (request.url === '/api/v1/settings/public') json(response, 200, settings);
        else if (version) json(response, 200, { version });
        // Without a version /status hangs, as it does while GitHub does.
      }),
    );

  it('knows Jellyseerr, and says so when it knows nothing', async () => {
    const jellyseerr = await serving({ initialized: true, mediaServerType: 2 }, '2.7.3');
    expect(await jellyseerr.identify()).toEqual({ flavour: 'JELLYSEERR', version: '2.7.3', instanceId: null });
    expect(await (await serving({}, 'x')).identify()).toEqual({ flavour: 'UNKNOWN', version: 'x', instanceId: null });
  });

  it('tells installations apart by the key that each made for itself', async () => {
    const idOf = async (vapidPublic: string) => {
      const client = await serving({ initialized: true, vapidPublic }, 'x');
      const { instanceId } = await client.identify();
      expect(await client.probe()).toEqual({ instanceId });
      return instanceId;
    };
    const one = await idOf('BJ2W');
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(await idOf('BJ2W')).toBe(one);
    expect(await idOf('BK3X')).not.toBe(one);
  });

  it('does not wait for the version longer than it is worth', async () => {
    const client = await serving({ initialized: true });
    const startedAt = performance.now();
    expect(await client.identify()).toEqual({ flavour: 'OVERSEERR', version: null, instanceId: null });
    expect(performance.now() - startedAt).toBeLessThan(4_900);
  });

  it('throws when nobody answers', async () => {
    expect(await failureOf(clientOf(await refusedAddress()).identify())).toMatchObject({ failure: 'UNREACHABLE' });
  });
});
