import type { FieldNode, GraphQLField, GraphQLObjectType, GraphQLOutputType } from 'graphql';
import type { Position, Subject } from './answer';

/** A field of an object in answers. */
export interface PlannedField extends Position {
  responseName: string;
  name: string;
  parentType: GraphQLObjectType;
  definition: GraphQLField<unknown, unknown>;
  /** Values of this `typeof` stand in the answer as they are. */
  plain: string | undefined;
}

/** A field whose values nothing is known of yet. */
export type Draft = Omit<PlannedField, 'nullable' | 'complete'>;

/** How an operation is executed when its fields are skipped and included in one certain way. */
export interface Plan {
  subject: Subject;
  position(type: GraphQLOutputType, draft: Draft): Position;
  /** The fields of an object of this type in the place of such a field. */
  fieldsBelow(type: GraphQLObjectType, nodes: readonly FieldNode[]): PlannedField[];
}
