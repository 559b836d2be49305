import type { ASTVisitor, DocumentNode, FieldNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import { GraphQLError, Kind, visit } from 'graphql';

/** What one caller may ask for at once, the same on every transport. */
export const LIMITS = {
  /** Of a request body, and of a message on a socket. */
  bytes: 100 * 1024,
  tokens: 5000,
  depth: 12,
  /** Introspection is bounded apart: the standard query of graphql-js is 15 deep. */
  introspectionDepth: 15,
  aliases: 30,
  /** Of one field with arguments or with something below it, and of one fragment, in one document. */
  repetitions: 100,
  /** Flat, for each `__schema` and `__type`. */
  introspectionCost: 500,
  /** Of a list that says nothing of its size; its field declares another in `extensions.assumedSize`. */
  assumedListSize: 4,
  /** Operations at work at the same time on one connection. */
  subscriptionsPerSocket: 20,
  /** How long a new socket may say nothing. */
  connectionInitMs: 3_000,
} as const;

interface Measure<Value> {
  /** Of a field, from what is below it. */
  ofField(field: FieldNode, below: Value): Value;
  /** Of what stands side by side; of nothing too. */
  join(values: Value[]): Value;
}

/** Each fragment is measured once, so that fragments of fragments cost no more than their text. */
function createMeter<Value>({ ofField, join }: Measure<Value>, context: ValidationContext) {
  const measured = new Map<string, Value>();
  return meter;

  function meter({ selections }: SelectionSetNode): Value {
    return join(
      selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
        if (selection.kind === Kind.INLINE_FRAGMENT) return meter(selection.selectionSet);
        return ofField(selection, selection.selectionSet ? meter(selection.selectionSet) : join([]));
      }),
    );
  }

  function ofFragment(name: string): Value {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, join([])); // ends a cycle, which is another rule's to report
    const fragment = context.getFragment(name);
    const value = fragment ? meter(fragment.selectionSet) : join([]);
    measured.set(name, value);
    return value;
  }
}

interface Depth {
  data: number;
  introspection: number;
}

const depth: Measure<Depth> = {
  join: (depths) => ({
    data: Math.max(0, ...depths.map(({ data }) => data)),
    introspection: Math.max(0, ...depths.map(({ introspection }) => introspection)),
  }),
  ofField: ({ name }, below) =>
    ['__schema', '__type'].includes(name.value)
      ? { data: 0, introspection: below.data + 1 }
      : { data: below.data + 1, introspection: below.introspection },
};

/** Refuses operations that nest deeper than the limits. */
function depthLimit(context: ValidationContext): ASTVisitor {
  const depthOf = createMeter(depth, context);
  return {
    OperationDefinition(operation) {
      const { data, introspection } = depthOf(operation.selectionSet);
      const report = (what: string, levels: number, most: number) => {
        const message = `this ${what} is ${levels} levels deep, at most ${most} are allowed`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      };
      if (data > LIMITS.depth) report('operation', data, LIMITS.depth);
      if (introspection > LIMITS.introspectionDepth) report('introspection', introspection, LIMITS.introspectionDepth);
    },
  };
}

const aliases: Measure<number> = {
  join: (counts) => counts.reduce((sum, count) => sum + count, 0),
  ofField: ({ alias }, below) => below + (alias ? 1 : 0),
};

/** Refuses operations that ask for the same under many names; a fragment counts wherever it is spread. */
function aliasLimit(context: ValidationContext): ASTVisitor {
  const aliasesOf = createMeter(aliases, context);
  return {
    OperationDefinition(operation) {
      const count = aliasesOf(operation.selectionSet);
      if (count <= LIMITS.aliases) return;
      const message = `this operation has ${count} aliases, at most ${LIMITS.aliases} are allowed`;
      context.reportError(new GraphQLError(message, { nodes: operation }));
    },
  };
}

/** Validation gives up after so many errors. */
const MAX_ERRORS = 100;

/**
 * Refuses documents that say the same field or fragment again and again: validation compares each with each, for seconds. So it has to end before
 * it comes to that: at the document, which is visited first, by as many errors as it takes. `onlyOfRepetition` tells one of them.
 */
function repetitionLimit(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const repeated = mostRepeated(document);
      if (!repeated) return;
      const message = `this document repeats ${repeated} more than ${LIMITS.repetitions} times`;
      const error = new RepetitionError(message, { nodes: document.definitions[0] });
      for (let n = 0; n <= MAX_ERRORS; n += 1) context.reportError(error);
    },
  };
}

class RepetitionError extends GraphQLError {}

function mostRepeated(document: DocumentNode): string | undefined {
  const counts = new Map<string, number>();
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  visit(document, {
    Field({ name, alias, arguments: args, selectionSet }) {
      if (args?.length || selectionSet) count((alias ?? name).value);
    },
    FragmentSpread: ({ name }) => count(`...${name.value}`),
  });
  return [...counts].find(([, times]) => times > LIMITS.repetitions)?.[0];
}

/** What validation found, without the errors that only ended it. */
export function onlyOfRepetition<Kind extends Error>(errors: readonly Kind[]): readonly Kind[] {
  const repetition = errors.find((error) => error instanceof RepetitionError);
  return repetition ? [repetition] : errors;
}

/** The validation rules of ours, beside those of the specification. */
export const limitRules: readonly ValidationRule[] = [repetitionLimit, depthLimit, aliasLimit];
