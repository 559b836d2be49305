import type { GraphQLObjectType } from 'graphql';
import { getOperationAST, parse } from 'graphql';
import { createExecutor } from '.';
import { schema, told } from './testing';

const thing = { title: 't', name: 'n' };
const rootValue = { thing: { ...thing, thing, must: thing } };

function executable(source: string) {
  const document = parse(source);
  return { document, operation: getOperationAST(document)!, rootValue, contextValue: {}, coercedValues: {} };
}

it('keeps plans of as many nodes as it may, and makes them again when there were more', async () => {
  // Each field that is planned is looked up.
  const lookedUp = jest.spyOn(schema.getType('Thing') as GraphQLObjectType, 'getFields');
  const execute = createExecutor(schema, 10);
  const small = executable('{ thing { title name } }');
  const large = executable('{ thing { ...F thing { ...F } must { ...F } } } fragment F on Thing { title name name }');
  async function planned(operation: typeof small): Promise<number> {
    lookedUp.mockClear();
    expect(told(await execute(operation))).toMatch(/^{"data":{"thing":{"title":"t","name":"n".*}}}$/);
    return lookedUp.mock.calls.length;
  }
  expect(await planned(small)).toBe(2);
  expect(await planned(small)).toBe(0);
  expect(await planned(large)).toBe(8);
  expect(await planned(small)).toBe(2);
  lookedUp.mockRestore();
});
