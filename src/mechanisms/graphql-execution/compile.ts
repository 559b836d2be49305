import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective, Kind, visit } from 'graphql';
import type { ExecutionInput, Subject } from './answer';
import { Run } from './answer';
import type { CountPlanned } from './plan';
import { planFields } from './plan';
import type { PlannedField } from './planned-field';
import { resolveFields } from './resolve-fields';

/** Executes it, as `execute` of graphql-js would. Never throws. */
export type CompiledOperation = (input: ExecutionInput) => ExecutionResult | Promise<ExecutionResult>;

/** Ways to skip and include that plans are kept for. */
const MAX_PLANS = 16;

/**
 * An operation of a valid document, to be executed again and again: what graphql-js finds out of the document for each object of each answer is found out
 * once. It does what graphql-js does, but that what nobody will see any more is not resolved. For queries and events of subscriptions: the fields of a mutation
 * have to wait for each other.
 */
export function compileOperation(
  schema: GraphQLSchema,
  { document, operation }: { document: DocumentNode; operation: OperationDefinitionNode },
  countPlanned: CountPlanned,
): CompiledOperation {
  const rootType = schema.getRootType(operation.operation);
  if (!rootType || operation.operation === 'mutation') throw new TypeError(`no ${operation.operation} is compiled`);
  const subject: Subject = { schema, operation, rootType, fragments: fragmentsOf(document) };
  const names = conditionsOf(document);
  const plans = new Map<string, PlannedField[]>();

  function fieldsFor(variables: Record<string, unknown>): PlannedField[] {
    const key = names.map((name) => String(variables[name])).join();
    const known = plans.get(key);
    if (known) return known;
    const given = names.filter((name) => Object.hasOwn(variables, name));
    const conditions = Object.fromEntries(given.map((name) => [name, variables[name]]));
    const fields = planFields(subject, conditions, countPlanned);
    if (plans.size < MAX_PLANS) plans.set(key, fields);
    return fields;
  }

  return (input) => {
    let fields: PlannedField[];
    try {
      fields = fieldsFor(input.variableValues);
    } catch (error) {
      return { errors: [error as GraphQLError], data: null }; // a null in a variable that @skip or @include is given
    }
    const run = new Run(subject, input);
    resolveFields(run.answer, input.rootValue, fields);
    return run.end();
  };
}

function fragmentsOf({ definitions }: DocumentNode): Subject['fragments'] {
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const byName = Object.fromEntries(fragments.map((one) => [one.name.value, one]));
  return Object.assign(Object.create(null) as Subject['fragments'], byName);
}

/** The variables that fields are skipped or included by. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      if (![GraphQLSkipDirective.name, GraphQLIncludeDirective.name].includes(directive.name.value)) return;
      for (const { value } of directive.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
