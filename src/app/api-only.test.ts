import type { GraphQLSchema } from 'graphql';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { buildApiSchema } from '../mechanisms/graphql';
import { apiOnly } from './api-only';

/** Everything of the schema that a person may look up, by its path, with its description. */
function describedParts(schema: GraphQLSchema): [path: string, description: string][] {
  const parts: [string, string | null | undefined][] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || ['String', 'Boolean', 'Int', 'Float', 'ID'].includes(type.name)) continue;
    const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(
      type as never,
    );
    if (!isRoot) parts.push([type.name, type.description]);
    if (isEnumType(type))
      for (const value of type.getValues()) parts.push([`${type.name}.${value.name}`, value.description]);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      parts.push([`${type.name}.${field.name}`, field.description]);
      const args = 'args' in field ? field.args : [];
      for (const arg of args) parts.push([`${type.name}.${field.name}(${arg.name})`, arg.description]);
    }
  }
  return parts.map(([path, description]) => [path, description ?? '']);
}

describe.each([
  ['of production', false],
  ['of demo mode', true],
])('the API %s', (_which, demo) => {
  it('describes every type, field, argument and value', async () => {
    const parts = describedParts(await buildApiSchema(apiOnly(demo)));
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(([, description]) => description.trim() === '').map(([path]) => path)).toEqual([]);
  });
});

it('has the switches of the simulators in demo mode alone', async () => {
  const fields = async (demo: boolean) => {
    const schema = await buildApiSchema(apiOnly(demo));
    return [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type?.getFields() ?? {}));
  };
  const isDemo = (name: string) => name.startsWith('demo');
  expect((await fields(false)).filter(isDemo)).toEqual([]);
  expect((await fields(true)).filter(isDemo).sort()).toEqual(['demoSetFault', 'demoSignIn', 'demoUpstreamCalls']);
});
