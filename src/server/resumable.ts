import type { DocumentNode, FieldNode, GraphQLSchema } from 'graphql';
import { getNamedType, isObjectType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { Position } from '../mechanisms/graphql';

/** A name that no client uses. */
const ALIAS = 'medianest_position';

/**
 * The subscription as it has to be asked so that it can be resumed: it tells the position of every event, whether or not its client selected it,
 * and goes on after `after`, if that is given. Fields that take no `after` or tell no `position` stay as they are.
 */
export function resumable(schema: GraphQLSchema, document: DocumentNode, after: string | undefined): DocumentNode {
  const types = new TypeInfo(schema);
  const root = schema.getSubscriptionType();
  const enterField = (node: FieldNode): FieldNode | undefined => {
    const field = types.getFieldDef();
    const type = field && getNamedType(field.type);
    if (!field || types.getParentType() !== root || !isObjectType(type) || !node.selectionSet) return undefined;
    const resumed = after !== undefined && field.args.some(({ name }) => name === 'after');
    const told = type.getFields().position?.type.toString().startsWith(Position.name);
    return {
      ...node,
      ...(resumed && {
        arguments: [...(node.arguments ?? []).filter(({ name }) => name.value !== 'after'), given(after)],
      }),
      ...(told && {
        selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, positionField] },
      }),
    };
  };
  return visit(document, visitWithTypeInfo(types, { Field: enterField }));
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
const positionField: FieldNode = { kind: Kind.FIELD, alias: name(ALIAS), name: name('position') };
const given = (after: string) =>
  ({ kind: Kind.ARGUMENT, name: name('after'), value: { kind: Kind.STRING, value: after } }) as const;

/** Takes what `resumable` asked for out of an answer again. */
export function takePosition(data: Record<string, unknown> | null | undefined): string | undefined {
  let position: string | undefined;
  for (const update of Object.values(data ?? {})) {
    if (typeof update !== 'object' || update === null || !(ALIAS in update)) continue;
    position = String(update[ALIAS]);
    delete (update as Record<string, unknown>)[ALIAS];
  }
  return position;
}
