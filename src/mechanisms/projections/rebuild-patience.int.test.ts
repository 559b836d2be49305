import { createFeedWriter } from '../change-feed';
import { createLeases } from '../leases';
import { createLogger } from '../observability';
import { until } from '../pubsub/testing';
import { requestRebuild } from '.';
import { leaseOf } from './checkpoint';
import { pause } from './pause';
import { rebuild } from './rebuild';
import { rebuildOf } from './rebuild-request';
import { createGate, numbering, useRebuildBench } from './testing/rebuild-bench';

jest.mock('./pause', () => ({ pause: jest.fn(jest.requireActual<{ pause: typeof pause }>('./pause').pause) }));

const { bench, appendFacts, start, stopAll, stands, rows } = useRebuildBench();

it('a swap waits longer each time for who reads for long, and at last ten seconds', async () => {
  const database = bench.database();
  await appendFacts(3);
  start([numbering()]);
  await stands(3n);
  await stopAll();
  await requestRebuild(database, numbering());
  const log = createLogger({ level: 'silent' });
  const leases = createLeases({ database, holder: 'a', leaseMs: 60_000, log });
  const lease = await leases.acquire(leaseOf({ name: rebuildOf('numbered') }));
  const gate = createGate();
  const longReader = bench.owner().transaction(async (tx) => {
    await tx.query('select from numbered');
    await gate.pass();
  });
  await until(() => gate.waiting);

  const pauses = jest.mocked(pause).mockClear().mockResolvedValue().mock.calls;
  const codecs = { requireKnown: () => undefined };
  const { store } = bench;
  const parts = { database, store, feed: createFeedWriter({ database }), codecs, projection: numbering(), log };
  const done = rebuild(parts, lease!, new AbortController().signal);
  await until(() => pauses.length === 8);
  gate.open();
  const [isDone] = await Promise.all([done, longReader]);
  await leases.close();
  expect(isDone).toBe(true);
  expect(pauses.map(([ms]) => ms).slice(0, 8)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  expect(await rows()).toHaveLength(3);
});
