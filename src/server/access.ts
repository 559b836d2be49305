import type { DocumentNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { isInterfaceType, isObjectType, separateOperations, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { Forbidden, Unauthenticated } from '../mechanisms/errors';
import type { Access, AccessMap } from '../mechanisms/graphql';
import { allows } from '../mechanisms/graphql';
import type { Viewer } from './context';

/** Throws Unauthenticated or Forbidden when this viewer may not run this operation as a whole. */
export type AccessCheck = (document: DocumentNode, operation: OperationDefinitionNode, viewer: Viewer | null) => void;

/**
 * The one place that decides which fields a caller may name: once per operation, after validation, before anything runs.
 * Which rows they see is decided in each read model.
 */
export function createAccessCheck(schema: GraphQLSchema, access: AccessMap): AccessCheck {
  // Documents are kept, so that an operation that comes again is walked once.
  const needs = new WeakMap<OperationDefinitionNode, ReadonlySet<Access>>();
  return (document, operation, viewer) => {
    let needed = needs.get(operation);
    if (!needed) needs.set(operation, (needed = entriesOf(schema, access, only(document, operation))));
    const refused = [...needed].filter((entry) => !allows(entry, viewer?.scopes ?? null));
    if (refused.length === 0) return;
    if (!viewer) throw new Unauthenticated('this operation needs a valid token: authorization: Bearer <token>');
    throw new Forbidden(`your token lacks ${refused.join(', ')}`, refused);
  };
}

/** The operation with the fragments that it uses; a document may hold others. */
function only(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  return separateOperations(document)[operation.name?.value ?? ''] ?? document;
}

function entriesOf(schema: GraphQLSchema, access: AccessMap, document: DocumentNode): ReadonlySet<Access> {
  const entries = new Set<Access>();
  const types = new TypeInfo(schema);
  const roots = rootTypes(schema);
  const enterField = ({ name: { value: field } }: { name: { value: string } }) => {
    const parent = types.getParentType();
    if (!parent || parent.name.startsWith('__')) return;
    if (field.startsWith('__')) {
      // __schema and __type, or __typename of a root: not for strangers. A __typename further down tells only what the way to it told.
      if (roots.includes(parent as GraphQLObjectType)) entries.add('SIGNED_IN');
      return;
    }
    const entry = access[`${parent.name}.${field}`] ?? access[parent.name];
    if (!entry) throw new TypeError(`no access entry for ${parent.name}.${field}`);
    entries.add(entry);
  };
  visit(document, visitWithTypeInfo(types, { Field: enterField }));
  return entries;
}

function rootTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.filter((root) => root != null);
}

/** Throws when a root field or a type has no entry, or an entry names what is not there: start-up stops, not a user's operation. */
export function assertAccessComplete(schema: GraphQLSchema, access: AccessMap): void {
  const required = new Set<string>();
  const possible = new Set<string>();
  const roots = rootTypes(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
    const isRoot = roots.includes(type as GraphQLObjectType);
    if (!isRoot) required.add(type.name);
    for (const field of Object.keys(type.getFields())) {
      (isRoot ? required : possible).add(`${type.name}.${field}`);
    }
  }
  const missing = [...required].filter((name) => !(name in access));
  const unknown = Object.keys(access).filter((name) => !required.has(name) && !possible.has(name));
  if (missing.length + unknown.length === 0) return;
  const list = (names: string[]) => names.join(', ') || 'none';
  throw new TypeError(`access map: no entry for ${list(missing)}; entries that name nothing: ${list(unknown)}`);
}
