import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo } from 'graphql';
import { Kind, parse } from 'graphql';
import { asksFor } from './selection';

function infoOf(query: string): GraphQLResolveInfo {
  const { definitions } = parse(query);
  const fragments = definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION);
  const [operation] = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return {
    fieldNodes: operation!.selectionSet.selections as readonly FieldNode[],
    fragments: Object.fromEntries(fragments.map((one) => [one.name.value, one])),
  } as unknown as GraphQLResolveInfo;
}

it.each([
  ['{ list { totalCount } }', true],
  ['{ list { all: totalCount } }', true],
  ['{ list { nodes { totalCount } } }', false],
  ['{ list { ... on List { totalCount } } }', true],
  ['{ list { ...page } } fragment page on List { ...count } fragment count on List { totalCount }', true],
  ['{ list { nodes { id } ...page } } fragment page on List { pageInfo { endCursor } }', false],
  ['{ list { nodes { id } } list { totalCount } }', true],
  ['{ list { ...absent } }', false],
])('%s: %s', (query, asked) => {
  expect(asksFor(infoOf(query), 'totalCount')).toBe(asked);
});
