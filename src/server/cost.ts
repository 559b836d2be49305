import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { pageSize } from '../mechanisms/graphql';
import { LIMITS } from './limits';

export type Variables = Readonly<Record<string, unknown>>;

/** How many objects the answer to an operation has at most. Throws InvalidInput for a page that nobody may ask for. */
export type CostMeter = (document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) => number;

/** What a selection costs, once the variables are known, and the page of the connection that it stands in. */
type Price = (variables: Variables, page?: number) => number;

/**
 * An object costs 1, a list its size times its entry. The size is said by the list's own `first`, or by how many `ids` it is given; by the `first` of
 * the connection that the list is a field of; else it is what the field declares in `extensions.assumedSize`, or LIMITS.assumedListSize.
 * Introspection has a flat price: its own bounds are its depth and graphql-js' rule for its lists.
 */
export function createCostMeter(schema: GraphQLSchema): CostMeter {
  // Documents are kept, so that an operation that comes again is walked once.
  const prices = new WeakMap<OperationDefinitionNode, Price>();
  return (document, operation, variables) => {
    let price = prices.get(operation);
    if (!price) prices.set(operation, (price = priceOf(schema, document, operation)));
    return price(variables);
  };
}

function priceOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Price {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  /** Each fragment has one price, so that fragments of fragments take no more than their text. */
  const known = new Map<string, Price>();
  const defaults = defaultsOf(operation);
  const root = ofSelections(operation.selectionSet, schema.getRootType(operation.operation));
  // Without a prototype: a variable may be called `toString`, and is nothing when it is not sent.
  return (variables) => 1 + root({ __proto__: null, ...defaults, ...variables });

  function ofSelections({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined | null): Price {
    const prices = selections.map((selection): Price => {
      if (selection.kind === Kind.FIELD) return ofField(selection, parent);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
      const { typeCondition, selectionSet } = selection;
      return ofSelections(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent);
    });
    return (variables, page) => prices.reduce((sum, price) => sum + price(variables, page), 0);
  }

  function ofFragment(name: string): Price {
    let price = known.get(name);
    const fragment = fragments.get(name);
    if (!price && fragment) {
      price = once(ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)));
      known.set(name, price);
    }
    return price ?? free;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType | undefined | null): Price {
    const name = node.name.value;
    if (name === '__schema' || name === '__type') return () => LIMITS.introspectionCost;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = field && getNamedType(field.type);
    if (!field || !isCompositeType(type) || !node.selectionSet) return free;
    const said = saidSize(field, node);
    const below = ofSelections(node.selectionSet, type);
    if (!isListType(getNullableType(field.type))) return (variables) => 1 + below(variables, said?.(variables));
    const assumed = assumedSize(field);
    return (variables, page) => (said?.(variables) ?? page ?? assumed) * (1 + below(variables));
  }
}

const free: Price = () => 0;

/** Computed once for one set of variables and one page, however often it is asked for. Holds none of them: a price lives as long as its document is kept. */
function once(price: Price): Price {
  const known = new WeakMap<Variables, Map<number | undefined, number>>();
  return (variables, page) => {
    let costs = known.get(variables);
    if (!costs) known.set(variables, (costs = new Map()));
    let cost = costs.get(page);
    if (cost === undefined) costs.set(page, (cost = price(variables, page)));
    return cost;
  };
}

/** The size that the arguments of a field say, if it takes such arguments. What is wrong with one is told when it executes. */
function saidSize(field: GraphQLField<unknown, unknown>, node: FieldNode): Price | undefined {
  const first = argumentOf(field, node, 'first');
  if (first) return (variables) => pageSizeOf(first(variables));
  const ids = argumentOf(field, node, 'ids');
  return ids && ((variables) => lengthOf(ids(variables)));
}

const pageSizeOf = (first: unknown): number => (typeof first === 'number' ? pageSize(first) : LIMITS.assumedListSize);
const lengthOf = (ids: unknown): number => (Array.isArray(ids) ? ids.length : 1);

function argumentOf(
  { args }: GraphQLField<unknown, unknown>,
  node: FieldNode,
  name: string,
): ((variables: Variables) => unknown) | undefined {
  const argument = args.find((one) => one.name === name);
  if (!argument) return undefined;
  const given = node.arguments?.find((one) => one.name.value === name)?.value;
  return (variables) => (given && valueFromASTUntyped(given, variables)) ?? argument.defaultValue;
}

function assumedSize({ extensions: { assumedSize } }: GraphQLField<unknown, unknown>): number {
  return typeof assumedSize === 'number' ? assumedSize : LIMITS.assumedListSize;
}

/** The values of variables that a caller need not send. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

/** How many objects an answer really has. Written without lists of its parts: it looks at every answer as a whole. */
export function objectsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const entry of value) count += objectsIn(entry);
    return count;
  }
  for (const key in value) count += objectsIn((value as Record<string, unknown>)[key]);
  return count + 1;
}
