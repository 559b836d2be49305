import { StartupError } from '../mechanisms/errors';
import { readSettings } from './config';

const real = { OVERSEERR_URL: 'http://overseerr:5055', OVERSEERR_API_KEY: 'key', UPSTREAM_USERS: '{"olga":1,"ben":2}' };

function complaintsAbout(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  return '';
}

describe('settings', () => {
  it('are those of demo mode when nothing is said', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ demo: true, port: 4000, host: '127.0.0.1', home: '.medianest' });
    expect(settings.roles).toEqual(['api', 'projector', 'worker', 'poller']);
    expect(settings.overseerr).toBeUndefined();
  });

  it('end demo mode when an upstream is named, unless it is forced', () => {
    expect(readSettings(real)).toMatchObject({
      demo: false,
      overseerr: { url: 'http://overseerr:5055', apiKey: 'key' },
    });
    expect(readSettings({ ...real, DEMO: '1' }).demo).toBe(true);
  });

  it.each([
    'esdb://u:p%40ss@a:2113,b:2113,c:2113?tlsCAFile=ca.pem',
    'esdb://localhost?tls=false',
    'esdb+discover://u:p@name',
  ])('know EventStoreDB by %s', (url) => expect(readSettings({ EVENT_STORE_URL: url }).eventStoreUrl).toBe(url));

  it('tell health and metrics where they are told to, and nowhere else', () => {
    expect(readSettings({}).metricsPort).toBeUndefined();
    expect(readSettings({ METRICS_PORT: '0' }).metricsPort).toBe(0);
    expect(complaintsAbout({ METRICS_PORT: '70000' })).toContain('METRICS_PORT');
  });

  it('keep the order of the accounts, for the first is the admin', () => {
    const { upstreamUsers } = readSettings({ ...real, UPSTREAM_USERS: '{"zoe":7,"ann":2}' });
    expect(upstreamUsers).toEqual([
      ['zoe', 7],
      ['ann', 2],
    ]);
  });

  it('know a Redis by its address, and simulators of another process in demo mode only', () => {
    expect(readSettings({ REDIS_URL: 'unix:///tmp/redis.sock' }).redisUrl).toBe('unix:///tmp/redis.sock');
    const elsewhere = { SIMULATORS_URL: 'http://key@127.0.0.1:1' };
    expect(readSettings({ ...elsewhere, ROLES: 'api' }).simulatorsUrl).toBe(elsewhere.SIMULATORS_URL);
    expect(readSettings({ ...real, ...elsewhere }).simulatorsUrl).toBeUndefined();
  });

  it('take an empty variable for an absent one', () => {
    expect(readSettings({ PORT: '', OVERSEERR_URL: '' })).toMatchObject({ port: 4000, demo: true });
  });

  it('give an attempt time for a look and a create, and settle not before both can have ended', () => {
    const { times } = readSettings(real);
    expect(times.attemptMs).toBeGreaterThanOrEqual(2 * times.callMs);
    expect(times.settleDelayMs).toBeGreaterThanOrEqual(times.attemptMs);
    expect(readSettings({ LEASE_MS: '1000' }).times).toMatchObject({ leaseMs: 1000, callMs: 600, attemptMs: 1500 });
  });

  it('wait for any real service as long as a slow network needs, and for simulators alone less', () => {
    const plex = { PLEX_URL: 'http://plex:32400', PLEX_TOKEN: 'x', DEMO: '1' };
    const [slow, quick] = [readSettings(plex).times, readSettings({}).times];
    expect([slow.callMs, quick.callMs, slow.probeMs, quick.probeMs]).toEqual([9_000, 3_000, 10_000, 2_000]);
    for (const { settleDelayMs, callMs } of [slow, quick]) expect(settleDelayMs).toBeGreaterThanOrEqual(2 * callMs);
  });

  it('take a list of replicas of the database', () => {
    const DATABASE_URL = 'postgres://a/b';
    expect(readSettings({ DATABASE_URL, DATABASE_REPLICA_URLS: 'postgres://c/b, postgres://d/b' }).replicaUrls).toEqual(
      ['postgres://c/b', 'postgres://d/b'],
    );
    expect(readSettings({ DATABASE_URL }).replicaUrls).toEqual([]);
  });

  it('complain about everything at once, by name', () => {
    const complaints = complaintsAbout({ PORT: 'x', ROLES: 'api,cook', DATABASE_URL: 'mysql://x', LEASE_MS: '-1' });
    for (const name of ['PORT', 'ROLES', 'DATABASE_URL', 'LEASE_MS']) expect(complaints).toContain(`- ${name}`);
  });

  it.each([
    [{ OVERSEERR_URL: 'http://x' }, 'OVERSEERR_API_KEY'],
    [{ OVERSEERR_API_KEY: 'x' }, 'OVERSEERR_URL'],
    [{ DEMO: '0' }, 'OVERSEERR_URL'],
    [{ ...real, UPSTREAM_USERS: '' }, 'UPSTREAM_USERS'],
    [{ ...real, UPSTREAM_USERS: 'ben=2' }, 'UPSTREAM_USERS: must be JSON'],
    [{ ...real, UPSTREAM_USERS: '{"ben": 0}' }, 'UPSTREAM_USERS.ben: must be the number of a user'],
    [{ ...real, UPSTREAM_USERS: '{"ben": "2"}' }, 'UPSTREAM_USERS.ben: must be the number of a user'],
    [{ ...real, UPSTREAM_USERS: '{"Ben": 2}' }, 'UPSTREAM_USERS.Ben: an account name is like ben'],
    [{ ...real, UPSTREAM_USERS: '["ben"]' }, 'UPSTREAM_USERS: must be like {'],
    [{ ...real, UPSTREAM_USERS: '{}' }, 'UPSTREAM_USERS'],
    [{ OVERSEERR_URL: 'ftp://x', OVERSEERR_API_KEY: 'x' }, 'OVERSEERR_URL'],
    [{ DEMO: '0' }, 'PLEX_URL, OVERSEERR_URL, UPTIME_KUMA_URL: at least one'],
    [{ UPTIME_KUMA_URL: 'http://x', UPTIME_KUMA_USER: 'x' }, 'UPTIME_KUMA_PASSWORD: is needed with UPTIME_KUMA_URL'],
    [{ PLEX_TOKEN: 'x' }, 'PLEX_URL: is needed with PLEX_TOKEN'],
    [{ HOST: '0.0.0.0' }, 'HOST: demo mode'],
    [{ PORT: '70000' }, 'PORT'],
    [{ DATABASE_REPLICA_URLS: 'postgres://c/b' }, 'DATABASE_URL: is needed with DATABASE_REPLICA_URLS'],
    [{ DATABASE_URL: 'postgres://a/b', DATABASE_REPLICA_URLS: 'mysql://c' }, 'DATABASE_REPLICA_URLS'],
    [{ DEMO_LIBRARY_ITEMS: 'many' }, 'DEMO_LIBRARY_ITEMS: must be a number of films'],
    [{ ROLES: 'api,worker' }, 'ROLES: a simulator'],
    [{ EVENT_STORE_URL: 'http://x' }, 'EVENT_STORE_URL'],
    [{ EVENT_STORE_URL: 'esdb://x' }, 'needs a user'],
    [{ EVENT_STORE_URL: 'esdb+discover://u:p@a,b,c' }, 'esdb://a,b,c'],
  ])('refuse %j', (env, complaint) => {
    expect(complaintsAbout(env)).toContain(complaint);
  });
});
