import { createBatchLoader, createLoaderScope } from '.';

function recording(values: Record<string, string | Error>, maxBatchSize?: number) {
  const batches: number[][] = [];
  const loader = createBatchLoader<{ n: number }, string>({
    keyOf: ({ n }) => String(n),
    maxBatchSize,
    load(keys) {
      batches.push(keys.map(({ n }) => n));
      return Promise.resolve(new Map(Object.entries(values)));
    },
  });
  return { loader, batches };
}

describe('a batch loader', () => {
  it('asks once for the keys of a tick, equal keys once, and answers each whatever the order of the values', async () => {
    const { loader, batches } = recording({ 3: 'c', 1: 'a' });
    const loaded = await Promise.all([1, 3, 2, 1].map((n) => loader.load({ n })));
    expect(loaded).toEqual(['a', 'c', null, 'a']);
    expect(batches).toEqual([[1, 3, 2]]);
  });

  it('fails one key alone', async () => {
    const { loader } = recording({ 1: 'a', 2: new Error('broken') });
    await expect(Promise.allSettled([loader.load({ n: 1 }), loader.load({ n: 2 })])).resolves.toMatchObject([
      { value: 'a' },
      { reason: { message: 'broken' } },
    ]);
  });

  it('keeps within the batch size', async () => {
    const { loader, batches } = recording({}, 2);
    await Promise.all([1, 2, 3].map((n) => loader.load({ n })));
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('gives a primed value, also over an older one', async () => {
    const { loader, batches } = recording({ 1: 'loaded' });
    await loader.load({ n: 1 });
    loader.prime({ n: 1 }, 'primed');
    expect(await loader.load({ n: 1 })).toBe('primed');
    expect(batches).toHaveLength(1);
  });
});

it('a scope makes each loader once, and another scope makes its own', () => {
  const make = () => ({});
  const other = () => ({});
  const scope = createLoaderScope();
  expect(scope.use(make)).toBe(scope.use(make));
  expect(scope.use(make)).not.toBe(scope.use(other));
  expect(scope.use(make)).not.toBe(createLoaderScope().use(make));
});
