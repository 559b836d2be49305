import type { FieldNode, OperationDefinitionNode } from 'graphql';
import { Kind, parse } from 'graphql';

/** What the client has to know of an operation. */
export interface OperationFacts {
  /** Sent twice it does nothing twice: a query, or a mutation whose every field takes an idempotency key. */
  repeatable: boolean;
  /** The variables that hold its idempotency keys. */
  keys: string[];
  /** The variable that a subscription takes its position by; absent: it cannot go on after a break. */
  after?: string | undefined;
}

const known = new Map<string, OperationFacts>();

/** Reads the text of one operation, once. */
export function factsOf(text: string): OperationFacts {
  const facts = known.get(text) ?? read(text);
  known.set(text, facts);
  return facts;
}

function read(text: string): OperationFacts {
  const operations = parse(text, { noLocation: true }).definitions.filter(
    (node) => node.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (!operation || operations.length > 1) throw new TypeError('a document with one operation is needed');
  const fields = operation.selectionSet.selections;
  const keys = fields.map((field) => (field.kind === Kind.FIELD ? argument(field, 'idempotencyKey') : undefined));
  return {
    repeatable: operation.operation === 'query' || keys.every((key) => key !== undefined),
    keys: keys.flatMap((key) => (key?.variable ? [key.variable] : [])),
    after: afterOf(operation),
  };
}

function afterOf({ operation, selectionSet }: OperationDefinitionNode): string | undefined {
  const [field] = selectionSet.selections;
  if (operation !== 'subscription' || field?.kind !== Kind.FIELD) return undefined;
  return argument(field, 'after')?.variable;
}

/** An argument that is given, and the variable it is given by. */
function argument(field: FieldNode, name: string): { variable?: string } | undefined {
  const value = field.arguments?.find((candidate) => candidate.name.value === name)?.value;
  if (!value) return undefined;
  return value.kind === Kind.VARIABLE ? { variable: value.name.value } : {};
}
