import type { ProjectionStatus } from '../mechanisms/projections';
import { runCli } from '.';
import type { CliParts } from './command';

const fine: ProjectionStatus = {
  name: 'request-view',
  version: 1,
  position: 7n,
  state: 'LIVE',
  lagMs: 0,
  error: null,
  parkedStreams: [],
  rebuild: null,
};
const parkedStreams = [{ streamId: 'one', position: 3n, error: 'cannot project A of stream one at position 3' }];
const listed: ProjectionStatus[] = [
  fine,
  { ...fine, name: 'service-view', state: 'STOPPED', error: 'cannot project B', lagMs: null },
  { ...fine, name: 'hand-over', parkedStreams },
  { ...fine, name: 'connections', rebuild: { position: 5n, share: 0.7, error: null } },
  { ...fine, name: 'request-timeline', rebuild: { position: 5n, share: 0.7, error: 'cannot project C' } },
];

async function run(words: string[], stopped: string[]): Promise<string[]> {
  const printed: string[] = [];
  const parts = {
    print: (text: string) => void printed.push(text),
    listProjections: async () => listed,
    retryProjections: async (name?: string) => stopped.filter((one) => one === (name ?? one)),
  } as unknown as CliParts;
  await runCli(['projections', ...words], parts);
  return printed;
}

it('tells which projections try again', async () => {
  expect(await run(['retry'], ['a', 'b'])).toEqual(['tries again: a, b']);
  expect(await run(['retry', 'b'], ['a', 'b'])).toEqual(['tries again: b']);
  expect(await run(['retry'], [])).toEqual(['none is stopped, and no stream is parked']);
});

it('tells how they stand, and what is wrong with them', async () => {
  expect(await run([], [])).toEqual([
    'request-view         LIVE        at 7, 0 ms behind',
    'service-view         STOPPED     at 7, nobody knows how far behind',
    '  cannot project B',
    'hand-over            LIVE        at 7, 0 ms behind',
    '  parked: cannot project A of stream one at position 3',
    'connections          LIVE        at 7, 0 ms behind',
    'request-timeline     LIVE        at 7, 0 ms behind',
    '  rebuild: cannot project C',
  ]);
});

it.each([[['retry', 'c']], [['rebuild']], [['retry', 'a', 'b']]])('refuses %j', async (words) => {
  await expect(run(words, ['a'])).rejects.toMatchObject({ code: 'STARTUP' });
});
