import { createBatchLoader } from '../batching';
import { createItemLoader } from './item-loader';

const payload = (id: string) => ({ id });

function recording() {
  const batches: (readonly string[])[] = [];
  let fails = false;
  const load = createItemLoader<string>({
    keyOf: (one) => (one as { id: string }).id,
    createLoader: () =>
      createBatchLoader<string, string>({
        keyOf: (id) => id,
        load(ids) {
          batches.push(ids);
          if (fails) return Promise.reject(new Error('away'));
          return Promise.resolve(new Map(ids.filter((id) => id !== 'gone').map((id) => [id, `row of ${id}`])));
        },
      }),
  });
  return { load, batches, fail: (does: boolean) => void (fails = does) };
}

it('is loaded once for all that were read together, whoever hears of them first', async () => {
  const { load, batches } = recording();
  const batch = [payload('a'), payload('b'), payload('a'), payload('gone')];
  const asked = batch.map((one) => ({ batch, payload: one }));
  expect(await load(asked[1]!)).toBe('row of b');
  expect(await Promise.all(asked.map(load))).toEqual(['row of a', 'row of b', 'row of a', null]);
  expect(batches).toEqual([['a', 'b', 'gone']]);
});

it('is loaded anew for what was read later', async () => {
  const { load, batches } = recording();
  for (let n = 0; n < 2; n++) await load({ batch: [payload('a')], payload: payload('a') });
  expect(batches).toEqual([['a'], ['a']]);
});

it('is tried again after a failure', async () => {
  const { load, fail } = recording();
  const batch = [payload('a'), payload('b')];
  fail(true);
  await expect(load({ batch, payload: batch[0]! })).rejects.toThrow('away');
  fail(false);
  expect(await load({ batch, payload: batch[0]! })).toBe('row of a');
});
