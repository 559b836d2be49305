import { runCli } from '.';
import type { CliParts } from './command';

async function run(words: string[], stopped: string[]): Promise<string[]> {
  const printed: string[] = [];
  const parts = {
    print: (text: string) => void printed.push(text),
    retryProjections: async (name?: string) => stopped.filter((one) => one === (name ?? one)),
  } as unknown as CliParts;
  await runCli(['projections', ...words], parts);
  return printed;
}

it('tells which projections try again', async () => {
  expect(await run(['retry'], ['a', 'b'])).toEqual(['tries again: a, b']);
  expect(await run(['retry', 'b'], ['a', 'b'])).toEqual(['tries again: b']);
  expect(await run(['retry'], [])).toEqual(['none is stopped']);
});

it.each([[['retry', 'c']], [[]], [['rebuild']], [['retry', 'a', 'b']]])('refuses %j', async (words) => {
  await expect(run(words, ['a'])).rejects.toMatchObject({ code: 'STARTUP' });
});
