import { createBatchLoader } from '../batching';
import { createBeside } from './beside';

const payload = (id: string) => ({ id });

function recording() {
  const batches: (readonly string[])[] = [];
  let fails = false;
  const beside = createBeside<string>({
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
  return { beside, batches, fail: (does: boolean) => void (fails = does) };
}

it('is loaded once for all that were read together, whoever hears of them first', async () => {
  const { beside, batches } = recording();
  const company = [payload('a'), payload('b'), payload('a'), payload('gone')];
  const asked = company.map((one) => ({ company, payload: one }));
  expect(await beside(asked[1]!)).toBe('row of b');
  expect(await Promise.all(asked.map(beside))).toEqual(['row of a', 'row of b', 'row of a', null]);
  expect(batches).toEqual([['a', 'b', 'gone']]);
});

it('is loaded anew for what was read later', async () => {
  const { beside, batches } = recording();
  for (let n = 0; n < 2; n++) await beside({ company: [payload('a')], payload: payload('a') });
  expect(batches).toEqual([['a'], ['a']]);
});

it('is tried again after a failure', async () => {
  const { beside, fail } = recording();
  const company = [payload('a'), payload('b')];
  fail(true);
  await expect(beside({ company, payload: company[0]! })).rejects.toThrow('away');
  fail(false);
  expect(await beside({ company, payload: company[0]! })).toBe('row of a');
});
