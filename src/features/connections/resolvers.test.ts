import { DatabaseUnavailable } from '../../mechanisms/errors';
import type { ServerFacts } from './resolvers';
import { AccountNoticesResolver, ServerInfoResolver } from './resolvers';
import { Severity } from './types';

const plex = { id: 'plex', kind: 'PLEX', simulated: false } as const;
const facts = (error: Error): ServerFacts => ({
  version: '1.0.0',
  demo: false,
  connections: [plex],
  health: () => Promise.reject(error),
  position: () => Promise.reject(error),
  replicas: () => [{ state: 'SERVING', lagMs: 3 }],
  projections: () => Promise.reject(error),
});

it('what only the primary can tell of a server is unknown while it is away; what is wrong there is told', async () => {
  expect(await new ServerInfoResolver(facts(new DatabaseUnavailable('away'))).serverInfo()).toEqual({
    version: '1.0.0',
    demo: false,
    position: null,
    projections: null,
    replicas: [{ number: 1, state: 'SERVING', lagMs: 3 }],
    connections: null,
    degradedFeatures: null,
  });
  await expect(new ServerInfoResolver(facts(new Error('a bug'))).serverInfo()).rejects.toThrow('a bug');
});

it('people are told that the database is away, which keeps nothing else from them', async () => {
  const notices = (error: Error) => new AccountNoticesResolver(() => Promise.reject(error)).notices();
  const away = { severity: Severity.WARNING, title: expect.stringContaining('does not answer') };
  expect(await notices(new DatabaseUnavailable('away'))).toEqual([away]);
  await expect(notices(new Error('a bug'))).rejects.toThrow('a bug');
});
