import { DatabaseUnavailable } from '../../mechanisms/errors';
import type { ServerFacts } from './resolvers';
import { AccountNoticesResolver, ServerInfoResolver } from './resolvers';
import { Severity } from './types';

const plex = { id: 'plex', kind: 'PLEX', simulated: false } as const;
const serverInfo = (primary: () => Promise<never>) => {
  const facts: ServerFacts = {
    version: '1.0.0',
    demo: false,
    connections: [plex],
    health: primary,
    position: primary,
    replicas: () => [{ state: 'SERVING', lagMs: 3 }],
    projections: primary,
  };
  return new ServerInfoResolver(facts).serverInfo();
};
const fails = (error: Error) => () => Promise.reject(error);
const away = fails(new DatabaseUnavailable('away'));
const frozen = () => new Promise<never>(() => undefined);

it.each([
  { what: 'is away', primary: away },
  { what: 'is frozen', primary: frozen },
])('what only the primary can tell of a server is unknown while it $what', async ({ primary }) => {
  expect(await serverInfo(primary)).toEqual({
    version: '1.0.0',
    demo: false,
    position: null,
    projections: null,
    replicas: [{ number: 1, state: 'SERVING', lagMs: 3 }],
    connections: null,
    degradedFeatures: null,
  });
});

it('what is wrong there is told', async () => {
  await expect(serverInfo(fails(new Error('a bug')))).rejects.toThrow('a bug');
});

it('people are told that the database is away, which keeps nothing else from them', async () => {
  const notices = (health: () => Promise<never>) => new AccountNoticesResolver(health).notices();
  const told = { severity: Severity.WARNING, title: expect.stringContaining('does not answer') };
  expect(await notices(away)).toEqual([told]);
  expect(await notices(frozen)).toEqual([told]);
  await expect(notices(fails(new Error('a bug')))).rejects.toThrow('a bug');
});
