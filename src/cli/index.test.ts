import { runCli } from '.';
import type { CliParts } from './command';

/** What is printed when nothing but printing is there: every command that goes to work fails otherwise. */
async function said(words: string[]): Promise<string[]> {
  const printed: string[] = [];
  await runCli(words, { print: (text: string) => void printed.push(text) } as Partial<CliParts> as CliParts);
  return printed;
}

it('helps with every command, and does nothing else', async () => {
  const [help] = await said(['help']);
  expect(help).toContain('medianest token --account <name>');
  const asked = [['--help'], ['-h'], ['stack', '--help'], ['rebuild', '-h'], ['token', '--account', 'ben', '--help']];
  for (const words of asked) expect(await said(words)).toEqual([help]);
});

it('tells in one column what each command does', async () => {
  const [help = ''] = await said(['help']);
  const columns = help.split('\n').map((line) => line.search(/(?<= {2,})\S/));
  expect(new Set(columns)).toEqual(new Set([45, -1])); // one usage is as long as its line
});

it.each(['', 'serve', 'constructor', '__proto__'])(
  'says of "%s" that there is no such command, and which there are',
  async (name) => {
    const [help] = await said(['help']);
    await expect(said([name])).rejects.toMatchObject({
      code: 'STARTUP',
      message: `there is no command "${name}"; there are:\n${help}`,
    });
  },
);

it.each([
  [['stack', 'now'], 'medianest stack takes no words'],
  [['verify', 'all'], 'medianest verify takes no words'],
  [['catalogue', '--demo'], 'medianest catalogue takes no words'],
  [['schema', '--dmeo'], 'medianest schema [--demo]'],
])('refuses %j', async (words, message) => {
  await expect(said(words)).rejects.toMatchObject({ code: 'STARTUP', message });
});
