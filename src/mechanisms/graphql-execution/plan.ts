import type { FieldNode, GraphQLObjectType, GraphQLSchema } from 'graphql';
import {
  getNullableType,
  GraphQLBoolean,
  GraphQLID,
  GraphQLString,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields';
import type { Complete, Subject } from './answer';
import { completePresent } from './complete';
import type { Draft, Plan, PlannedField } from './planned-field';

/** Is told how many nodes more of a document plans hold. */
export type CountPlanned = (nodes: number) => void;

/** The fields of the answer itself. What is below them is planned when the first answer has it. `conditions` are the variables of @skip and @include. */
export function planFields(
  subject: Subject,
  conditions: Record<string, unknown>,
  countPlanned: CountPlanned,
): PlannedField[] {
  const { schema, operation, rootType, fragments } = subject;
  const plan: Plan = {
    subject,
    position(type, draft) {
      const nullable = !isNonNullType(type);
      const complete = completePresent(plan, { type: getNullableType(type), nullable, draft });
      return { nodes: draft.nodes, nullable, complete: completeValue(complete, draft, nullable) };
    },
    fieldsBelow: (type, nodes) => planned(type, collectSubfields(schema, fragments, conditions, type, nodes)),
  };
  return planned(rootType, collectFields(schema, fragments, conditions, rootType, operation.selectionSet));

  function planned(parentType: GraphQLObjectType, fields: Map<string, readonly FieldNode[]>): PlannedField[] {
    return [...fields].map(([responseName, nodes]) => {
      countPlanned(nodes.length);
      const name = nodes[0]!.name.value;
      const definition = definitionOf(schema, parentType, name);
      const plain = PLAIN.get(getNullableType(definition.type));
      const draft: Draft = { responseName, name, nodes, parentType, definition, plain };
      return { ...draft, ...plan.position(draft.definition.type, draft) };
    });
  }
}

const PLAIN = new Map<unknown, string>([
  [GraphQLString, 'string'],
  [GraphQLID, 'string'],
  [GraphQLBoolean, 'boolean'],
]);

function completeValue(complete: Complete, { parentType, name }: Draft, nullable: boolean): Complete {
  return (frame, key, value) => {
    if (value instanceof Error) throw value;
    if (value != null) return complete(frame, key, value);
    if (!nullable) throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${name}.`);
    frame.value[key] = null;
  };
}

function definitionOf(schema: GraphQLSchema, parentType: GraphQLObjectType, name: string): Draft['definition'] {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  const definition = parentType.getFields()[name];
  if (!definition) throw new TypeError(`${parentType.name} has no field ${name}`);
  return definition;
}
