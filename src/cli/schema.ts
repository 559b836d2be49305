import type { DefinitionNode, GraphQLSchema, ObjectTypeDefinitionNode } from 'graphql';
import { Kind, lexicographicSortSchema, parse, print, printSchema } from 'graphql';
import { StartupError } from '../mechanisms/errors';
import type { Command } from './command';

export const SCHEMA_USAGE = 'medianest schema [--demo]';

const text = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

const nameOf = (node: DefinitionNode) => ('name' in node ? (node.name?.value ?? '') : '');

/** The fields of a type that it has only in demo mode, as an extension; undefined when there are none. */
function extension(demo: ObjectTypeDefinitionNode, production: ObjectTypeDefinitionNode): string | undefined {
  const known = new Set(production.fields?.map(({ name }) => name.value));
  const fields = demo.fields?.filter(({ name }) => !known.has(name.value)) ?? [];
  return fields.length > 0 ? print({ kind: Kind.OBJECT_TYPE_EXTENSION, name: demo.name, fields }) : undefined;
}

/** What demo mode adds, so that both files together are the API of demo mode. */
function addition(demo: GraphQLSchema, production: GraphQLSchema): string {
  const known = new Map(parse(text(production)).definitions.map((node) => [nameOf(node), node]));
  const parts = parse(text(demo)).definitions.map((node) => {
    const before = known.get(nameOf(node));
    if (!before) return print(node);
    const both = node.kind === Kind.OBJECT_TYPE_DEFINITION && before.kind === Kind.OBJECT_TYPE_DEFINITION;
    return both ? extension(node, before) : undefined;
  });
  return parts.filter((part) => part !== undefined).join('\n\n');
}

export const schemaCommand: Command = async (words, parts) => {
  if (words.some((word) => word !== '--demo')) throw new StartupError(SCHEMA_USAGE);
  const production = await parts.schema(false);
  parts.print(words.includes('--demo') ? addition(await parts.schema(true), production) : text(production));
};
