import { until } from '../pubsub/testing';
import type { Projection } from '.';
import { counting, fact, useProjectionBench } from './testing';

const bench = useProjectionBench();

it('what has no rows of its own hears of an append, too, without a poll', async () => {
  const reactor: Projection = { ...counting(), tables: [] as const, project: () => Promise.resolve([]) };
  bench.start([reactor]);
  await until(async () => (await bench.status()).state === 'LIVE');
  await bench.append(fact('Counted'));
  await bench.stands(1n);
});
