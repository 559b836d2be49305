import { createViewLoader } from './view-loader';

it('asks once for all that need equal news, and lets nobody wait for who needs newer', async () => {
  const asked: [readonly string[], bigint | undefined][] = [];
  let projected = (): void => undefined;
  const there = new Promise<void>((resolve) => (projected = resolve));
  const loader = createViewLoader<string, string>({
    keyOf: (id) => id,
    async load(ids, atLeast) {
      asked.push([ids, atLeast]);
      if (atLeast !== undefined) await there;
      return new Map(ids.map((id) => [id, `${id} at ${atLeast ?? 'any time'}`]));
    },
  });
  const fresh = ['a', 'c', 'a'].map((id) => loader.load(id, 7n));
  expect(await Promise.all(['a', 'b'].map((id) => loader.load(id)))).toEqual(['a at any time', 'b at any time']);
  projected();
  expect(await Promise.all(fresh)).toEqual(['a at 7', 'c at 7', 'a at 7']);
  expect(asked).toEqual([
    [['a', 'c'], 7n],
    [['a', 'b'], undefined],
  ]);
});
