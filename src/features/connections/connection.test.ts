import type { ConnectionHealth, ConnectionStateName } from './connection';
import { absentHealth, degradedFeatures, findingOf, isOutage, isUsable, outageNotice, strangeness } from './connection';

const health = (state: ConnectionStateName, kind: ConnectionHealth['kind'] = 'OVERSEERR'): ConnectionHealth => ({
  ...{ id: 'one', kind, simulated: false, state, flavour: null, version: null, problem: null },
  since: new Date('2026-05-01T19:40:31Z'),
  checkedAt: new Date('2026-05-01T19:41:00Z'),
});

it('is worth a call unless it is known not to answer', () => {
  const states = [undefined, 'UP', 'DEGRADED', 'DOWN', 'UNAUTHORIZED', 'SUSPENDED', 'ABSENT'] as const;
  expect(states.filter(isUsable)).toEqual([undefined, 'UP']);
});

it('says which features do not work as usual', () => {
  expect(degradedFeatures([health('DOWN'), health('UNAUTHORIZED', 'PLEX'), health('UP', 'UPTIME_KUMA')])).toEqual([
    'REQUESTS',
    'SEARCH',
    'LIBRARY',
  ]);
});

it('tells people since when, and that their request is safe', () => {
  const safe = 'your request is safe and will be handed over when it is back.';
  expect(outageNotice(health('DOWN'))).toBe(`Overseerr is down since 19:40 UTC; ${safe}`);
  expect(outageNotice(health('UNAUTHORIZED'))).toBe(`Overseerr refuses our key since 19:40 UTC; ${safe}`);
});

it.each([
  ['UNAUTHORIZED', 'UNAUTHORIZED', 'CONNECTION_UNAUTHORIZED'],
  ['WRONG_SHAPE', 'DEGRADED', 'CONNECTION_WRONG_SHAPE'],
  ['UNREACHABLE', 'DOWN', 'CONNECTION_DOWN'],
])('%s says what to do', (failure, state, code) => {
  const finding = findingOf('OVERSEERR', { failure, message: 'no answer' });
  expect(finding).toMatchObject({ state, flavour: null, version: null, problem: { code } });
  expect(finding.problem?.message).toMatch(/Overseerr.*(set the current one|check the address|is it running)/);
});

it('tells of words that we do not know, without stopping for them', () => {
  expect(strangeness('OVERSEERR', [])).toBeNull();
  expect(strangeness('OVERSEERR', ['media status 42', 'request status 9'])).toMatchObject({
    code: 'UNKNOWN_UPSTREAM_STATE',
    message: expect.stringContaining('media status 42, request status 9'),
  });
});

describe('a connection that is not set up', () => {
  const connection = { id: 'plex', kind: 'PLEX' as const, simulated: false, absent: 'set PLEX_URL' };

  it('says what to do, and is no outage that people are told of', () => {
    const health = absentHealth(connection);
    expect(health).toMatchObject({
      state: 'ABSENT',
      problem: { code: 'CONNECTION_ABSENT', message: 'set PLEX_URL' },
    });
    expect(degradedFeatures([health])).toEqual(['LIBRARY']);
    expect(isOutage(health)).toBe(false);
  });

  it('tells of its own outage what follows from it', () => {
    const down = { ...absentHealth(connection), state: 'DOWN' as const, since: new Date('2026-05-01T19:40:00Z') };
    expect(outageNotice(down)).toBe('Plex is down since 19:40 UTC; what you see of the library is what we last saw.');
  });
});
