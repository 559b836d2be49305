import { DatabaseUnavailable } from '../mechanisms/errors';
import type { Rebuild } from '../mechanisms/projections';
import { runCli } from '.';
import type { CliParts } from './command';

const at = (share: number, error: string | null = null): Rebuild => ({
  position: BigInt(share * 1_000),
  share,
  error,
});

/** What it prints while the rebuild is found so far, one look after the other; the user leaves after the last. */
async function run(words: string[], looks: (Rebuild | Error | null)[]) {
  jest.useFakeTimers();
  const printed: string[] = [];
  const over: string[] = [];
  const enough = new AbortController();
  const left = [...looks];
  const parts: Partial<CliParts> = {
    print: (text) => void printed.push(text),
    printOver: (text) => void over.push(text),
    visitRebuild: (_name, work) =>
      work({
        enough: enough.signal,
        look: async () => {
          if (left.length === 1) enough.abort();
          const found = left.shift() ?? null;
          if (found instanceof Error) throw found;
          return found;
        },
      }),
  };
  try {
    let isOver = false;
    const running = runCli(['rebuild', ...words], parts as CliParts).finally(() => (isOver = true));
    running.catch(() => undefined);
    while (!isOver) await jest.advanceTimersByTimeAsync(500);
    await running;
    return { printed, over };
  } finally {
    jest.useRealTimers();
  }
}

it('tells how far it is, what is left at that pace, and the end', async () => {
  const { printed, over } = await run(['a'], [at(0), at(0.1), at(0.4), at(1), null]);
  expect(over).toEqual([
    '[..............................] 0 %',
    '[###...........................] 10 %, 5 s left',
    '[############..................] 40 %, 2 s left',
    '[##############################] 100 %, indexes and swap',
    '',
  ]);
  expect(printed).toEqual(['a is rebuilt']);
});

const ABANDONED = 'wanted, but nobody works on it: it goes on when a process with the role projector runs';

it('tells when nobody begins or goes on, and when the user leaves', async () => {
  const long = <Look>(look: Look): Look[] => Array<Look>(60).fill(look);
  expect((await run(['a'], long(at(0)))).printed).toEqual([ABANDONED]);
  expect((await run(['a'], [...Array(20).fill(at(0.2)), ...long(at(0.5))])).printed).toEqual([ABANDONED]);
  expect((await run(['a'], [...long(at(1)), null])).printed).toEqual(['a is rebuilt']);
  expect((await run(['a'], [at(0.5)])).printed).toEqual(['it goes on without us; `medianest rebuild` looks again']);
});

it('waits for a database that is away, for the rebuild goes on with it, but not for ever', async () => {
  const blip = new DatabaseUnavailable('a blip');
  const away = (looks: number): Error[] => Array<Error>(looks).fill(blip);
  const told = 'the database does not answer; the rebuild goes on when it is back';
  const [one, two] = [
    await run(['a'], [at(0.5), ...away(100), at(0.5), null]),
    await run(['a'], [blip, at(0.1), blip, null]),
  ];
  expect(one.printed).toEqual([told, 'a is rebuilt']);
  expect(two.printed).toEqual([told, told, 'a is rebuilt']);
  await expect(run(['a'], [...away(200), null])).rejects.toBe(blip);
  await expect(run(['a'], [new Error('a bug'), null])).rejects.toThrow('a bug');
});

it('fails where the rebuild stopped', async () => {
  await expect(run(['a'], [at(0.5, 'cannot project')])).rejects.toMatchObject({
    code: 'STARTUP',
    message: expect.stringContaining('cannot project'),
  });
});

it.each([[[]], [['a', 'b']]])('refuses %j', async (words) => {
  await expect(run(words, [null])).rejects.toMatchObject({ code: 'STARTUP' });
});
