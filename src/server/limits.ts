import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';
import { GraphQLError, Kind } from 'graphql';

/** What one caller may ask for at once, the same on every transport. */
export const LIMITS = {
  /** Of a request body, and of a message on a socket. */
  bytes: 100 * 1024,
  tokens: 5000,
  depth: 12,
  /** Introspection is bounded apart: the standard query of graphql-js is 15 deep. */
  introspectionDepth: 15,
  /** Operations at work at the same time on one socket. */
  subscriptionsPerSocket: 20,
} as const;

interface Depth {
  data: number;
  introspection: number;
}

const deepest = (depths: Depth[]): Depth => ({
  data: Math.max(0, ...depths.map(({ data }) => data)),
  introspection: Math.max(0, ...depths.map(({ introspection }) => introspection)),
});

/** Refuses operations that nest deeper than the limits. */
function depthLimit(context: ValidationContext): ASTVisitor {
  const depthOf = createDepthMeter((name) => context.getFragment(name) ?? undefined);
  return {
    OperationDefinition(operation) {
      const { data, introspection } = depthOf(operation.selectionSet);
      if (data > LIMITS.depth) report(`this operation is ${data} levels deep, at most ${LIMITS.depth} are allowed`);
      if (introspection > LIMITS.introspectionDepth) {
        report(`this introspection is ${introspection} levels deep, at most ${LIMITS.introspectionDepth} are allowed`);
      }
      function report(message: string): void {
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
    },
  };
}

/** Each fragment is measured once, so that fragments of fragments cost no more than their text. */
function createDepthMeter(fragmentOf: (name: string) => FragmentDefinitionNode | undefined) {
  const measured = new Map<string, Depth>();
  return depthOf;

  function depthOf({ selections }: SelectionSetNode): Depth {
    return deepest(
      selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return depthOfFragment(selection.name.value);
        if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet);
        const below = selection.selectionSet ? depthOf(selection.selectionSet) : { data: 0, introspection: 0 };
        return ['__schema', '__type'].includes(selection.name.value)
          ? { data: 0, introspection: below.data + 1 }
          : { data: below.data + 1, introspection: below.introspection };
      }),
    );
  }

  function depthOfFragment(name: string): Depth {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, { data: 0, introspection: 0 }); // ends a cycle, which is another rule's to report
    const fragment = fragmentOf(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : deepest([]);
    measured.set(name, depth);
    return depth;
  }
}

/** The validation rules of ours, beside those of the specification. */
export const limitRules: readonly ValidationRule[] = [depthLimit];
