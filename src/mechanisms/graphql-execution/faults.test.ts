import type { ExecutionResult } from 'graphql';
import { parse } from 'graphql';
import type { Any } from './testing';
import { run, told } from './testing';

const no = () => new Error('no');
const cannotBeTold = { toJSON: () => { throw no(); } }; // prettier-ignore
const cannotBeAwaited = { get then() { throw no(); } }; // prettier-ignore

async function answerTo(source: string, rootValue: Any): Promise<ExecutionResult> {
  return run(parse(source), { rootValue }).ours();
}

describe('a compiled operation tells the faults of resolvers, and always answers', () => {
  it('where nobody can say whether a value is a promise', async () => {
    const { ours, theirs } = run(parse('{ count thing { title } list { title } }'), {
      rootValue: { count: 1, thing: cannotBeAwaited, list: [cannotBeAwaited] },
    });
    expect(told(await ours())).toBe(told(await theirs()));
  });

  it.each([
    ['at once', () => { throw cannotBeTold; }], // prettier-ignore
    ['later', () => Promise.reject(cannotBeTold)],
  ])('where what is thrown cannot be told, %s', async (_when, thing) => {
    const { data, errors } = await answerTo('{ count thing { title } }', { count: 1, thing });
    expect(data).toEqual({ count: 1, thing: null });
    expect(errors?.map(({ path }) => path)).toEqual([['thing']]);
  });

  it('where a promise that is none of the language calls back twice', async () => {
    const twice = { then: (done: (value: Any) => void) => [done({ title: 'a' }), done({ title: 'b' })] };
    const late = () => new Promise((resolve) => setImmediate(resolve, 2));
    expect(await answerTo('{ thing { title } count }', { thing: twice, count: late })).toEqual({
      data: { thing: { title: 'a' }, count: 2 },
    });
  });

  it('where a list ends with an error: what it gave before is not told of', async () => {
    const broken = function* () {
      yield Promise.reject(no());
      yield { must: () => new Promise((_resolve, reject) => setImmediate(reject, no())) };
      throw new Error('thrown');
    };
    const { data, errors } = await answerTo('{ thing { musts { must { title } } } }', { thing: { musts: broken } });
    expect(data).toEqual({ thing: { musts: null } });
    expect(errors?.map(({ message, path }) => [message, path])).toEqual([['thrown', ['thing', 'musts']]]);
  });

  it('where something fails that nobody will see any more: the process goes on', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const failing = () => [Promise.reject(no()), { title: 't' }];
    const late = () => new Promise((resolve) => setImmediate(() => resolve(failing())));
    const rootValue = { list: [{ musts: [null, ...failing()] }, { must: null, list: late }] };
    const { errors } = await answerTo('{ list { musts { title } list { title } must { title } } }', rootValue);
    expect(errors).toHaveLength(3);
    for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });
});
