import type { GraphQLArgument, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { buildApiSchema } from '../mechanisms/graphql';
import { apiOnly } from './api-only';

const SCALARS = ['String', 'Boolean', 'Int', 'Float', 'ID'];
type Described = [path: string, description: string | null | undefined];

function membersOf(type: GraphQLNamedType): Described[] {
  if (isEnumType(type)) return type.getValues().map(({ name, description }) => [`${type.name}.${name}`, description]);
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): Described[] => {
    const path = `${type.name}.${field.name}`;
    const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
    return [[path, field.description], ...args.map((arg): Described => [`${path}(${arg.name})`, arg.description])];
  });
}

/** Everything of the schema that a person may look up, by its path, with its description. */
function describedParts(schema: GraphQLSchema): Described[] {
  const types = Object.values(schema.getTypeMap()).filter(
    ({ name }) => !name.startsWith('__') && !SCALARS.includes(name),
  );
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const named = types.filter((type) => !roots.includes(type as never));
  return [...named.map(({ name, description }): Described => [name, description]), ...types.flatMap(membersOf)];
}

describe.each([
  ['of production', false],
  ['of demo mode', true],
])('the API %s', (_which, demo) => {
  it('describes every type, field, argument and value', async () => {
    const parts = describedParts(await buildApiSchema(apiOnly(demo)));
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(([, description]) => !description?.trim()).map(([path]) => path)).toEqual([]);
  });
});

it('has the switches of the simulators in demo mode alone', async () => {
  const fields = async (demo: boolean) => {
    const schema = await buildApiSchema(apiOnly(demo));
    return [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type?.getFields() ?? {}));
  };
  const isDemo = (name: string) => name.startsWith('demo');
  expect((await fields(false)).filter(isDemo)).toEqual([]);
  expect((await fields(true)).filter(isDemo).sort()).toEqual([
    'demoSetFault',
    'demoSetMonitor',
    'demoSignIn',
    'demoUpstreamCalls',
  ]);
});
