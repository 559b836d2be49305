import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { until } from '../../fixtures.contract';
import type { Double, DoubleOptions } from '.';
import { createDouble, createSelfSigned } from '.';
import { recordedAppends } from './recorded-appends.contract';
import { recordedReads } from './recorded-reads.contract';
import type { Failure, Rows } from './recorded.contract';
import { all, event, failureOf, fresh, stored, unary } from './recorded.contract';

/**
 * The double, row by row as the real server was recorded: asked by the client itself, unary (`credentials` in the call) and batch.
 * Recorded, and not held here: deleted and tombstoned streams, `$maxCount`; the two-second commit timeout of a copy that comes while the original
 * is under way; a SIGTERM's five seconds and keepalives (the double's gate knows kill and freeze); the client's own holes of section 5, but for
 * the settled ones; forwarding and elections of several nodes, of which it shows gossip, the leader's address and the refusal of a follower;
 * expired certificates and wrong host names. Its buffer of 32 is hit by every burst, the server's by some.
 */
const deaths: Rows = [
  [
    '4: in flight, while down, and starting up',
    async (client, double) => {
      const append = (options: object) => failureOf(client.appendToStream(fresh(), event(), options));
      await client.appendToStream(fresh(), event());
      const subscription = client.subscribeToAll();
      const ends: string[] = [];
      let ended: Failure | undefined;
      subscription.on('error', (error) => (ended = error));
      subscription.on('end', () => ends.push('end')).on('close', () => ends.push('close'));
      await new Promise((resolve) => subscription.once('confirmation', () => resolve(undefined)));
      double.freeze();
      const inFlight = append(unary);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await double.kill();
      expect(await inFlight).toMatchObject({ type: 'unavailable', code: 14 });
      await until(() => ended !== undefined);
      expect(ended).toMatchObject({ type: 'unavailable', code: 14 });
      expect(ends).toEqual([]);
      double.thaw();
      expect(await append(unary)).toMatchObject({ type: 'unavailable', code: 14 });
      const batch = await append({});
      expect([batch.type, batch.code]).toEqual([undefined, 14]);
      await double.start({ startingUpMs: 60_000 });
      await until(async () => (await append(unary)).message.includes('Server Is Not Ready'));
      expect(await append(unary)).toMatchObject({ type: 'unavailable', code: 14 });
      await until(async () => (await append({})).message.startsWith('Could not recognize'));
      const starting = await append({});
      expect(starting).toMatchObject({ type: 'unknown', code: undefined });
      expect(starting.message).toBe('Could not recognize Server Is Not Ready');
    },
  ],
  [
    '5: a lost answer of an append that was stored',
    async (client, double) => {
      const stream = fresh();
      double.loseAnswers(1);
      const lost = client.appendToStream(stream, event(), { ...unary, deadline: 300 });
      expect(await failureOf(lost)).toMatchObject({ type: 'deadline-exceeded', code: 4 });
      expect(await stored(client, stream)).toHaveLength(1);
    },
  ],
];

const realUrl = process.env.EVENTSTORE_TEST_URL;
// The judge: whatever does not ask for a death or for a log of its own.
(realUrl ? describe : describe.skip)('a real EventStoreDB', () => {
  it.each([...recordedAppends, ...recordedReads].filter(([, { length }]) => length === 1))(
    '%s',
    async (_, check) => {
      const client = EventStoreDBClient.connectionString(realUrl!);
      await check(client, undefined as never).finally(() => client.dispose());
    },
    120_000,
  );
});

describe('the double of EventStoreDB', () => {
  let double: Double;
  let client: EventStoreDBClient;
  async function begin(options?: DoubleOptions, user?: string, more = ''): Promise<void> {
    double = await createDouble(options);
    client = EventStoreDBClient.connectionString(double.url(user) + more);
  }
  afterEach(async () => {
    await client.dispose();
    await double.close();
  });

  it.each([...recordedAppends, ...recordedReads, ...deaths])('%s', async (_, check) => {
    await begin();
    await check(client, double);
  });

  describe('with TLS', () => {
    const certificate = createSelfSigned();
    const folder = mkdtempSync(path.join(tmpdir(), 'double-'));
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, certificate.cert);
    afterAll(() => rmSync(folder, { recursive: true }));
    const trust = `&tlsCAFile=${encodeURIComponent(file)}`;
    const users = { admin: { password: 'p@ss', readsAll: true }, guest: { password: 'g' } };
    const secure = { certificate, users };

    it('6: users, passwords and rights', async () => {
      await begin(secure, 'admin:p%40ss', trust);
      await client.appendToStream(fresh(), event());
      const guest = { username: 'guest', password: 'g' };
      const stranger = { username: 'admin', password: 'wrong' };
      await client.appendToStream(fresh(), event(), { credentials: guest });
      const denied = { type: 'access-denied' };
      expect(await failureOf(client.appendToStream(fresh(), event(), { credentials: stranger }))).toMatchObject({
        ...denied,
        code: 16,
      });
      expect(await failureOf(all(client.readAll({ credentials: guest })))).toMatchObject({ ...denied, code: 7 });
      await all(client.readAll());
    });

    it('6: nobody in particular', async () => {
      await begin(secure, undefined, trust);
      const batch = await failureOf(client.appendToStream(fresh(), event()));
      expect(batch).toMatchObject({ type: 'access-denied', code: undefined, message: '' });
      expect(await failureOf(all(client.readAll()))).toMatchObject({ type: 'access-denied', code: 7 });
    });

    it.each([
      ['a certificate that nobody vouched for', '', /self-signed|certificate/],
      ['a plain client', '&tls=false', /ECONNRESET|closed|dropped|14/],
    ])('6: %s is unavailable, and says why', async (_, more, why) => {
      await begin(secure, 'admin:p%40ss', more);
      const failure = await failureOf(client.appendToStream(fresh(), event(), unary));
      expect(failure).toMatchObject({ type: 'unavailable', code: 14 });
      expect(failure.message).toMatch(why);
    });
  });

  it('7: of three nodes a follower names the leader, and the client goes there', async () => {
    await begin({ nodes: 3 });
    await client.appendToStream(fresh(), event(), unary); // it has found the leader
    double.leads(1);
    const toLeader = { ...unary, requiresLeader: true };
    const [, second] = double.hosts();
    const refused = await failureOf(client.appendToStream(fresh(), event(), toLeader));
    expect(refused).toMatchObject({ type: 'not-leader', code: 5 });
    const { leader } = refused as unknown as { leader: { address: string; port: number } };
    expect(`${leader.address}:${leader.port}`).toBe(second);
    await client.appendToStream(fresh(), event(), toLeader);
  });

  it('7: without any node that answers, discovery fails with a plain error', async () => {
    await begin({ nodes: 3 });
    for (const node of [0, 1, 2]) await double.kill(node);
    const failure = await failureOf(client.appendToStream(fresh(), event(), unary));
    expect([failure.type, failure.code, failure.message]).toEqual([
      undefined,
      undefined,
      'Failed to discover after 10 attempts.',
    ]);
  });
});
