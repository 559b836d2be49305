import type { DefinitionNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { Kind, parse, visit } from 'graphql';

export interface StoryTab {
  query: string;
  variables: string;
  /** Who asks in it, when that is not who signed in. */
  person?: string;
}

interface Definition<Node extends DefinitionNode = DefinitionNode> {
  node: Node;
  /** The definition with the comments that stand above it. */
  text: string;
}

const directive = (name: string, value: string) => new RegExp(`^# *${name}: *(${value}) *\\n?`, 'm');
const AS = directive('As', '\\w+');
const VARIABLES = directive('Variables', '\\{.*\\}');

/**
 * One tab for each story, in the order of their names: the steps that this server can answer, each with the comments above it, and the fragments
 * they use. A comment line `# Variables: { "first": 3 }` fills the pane of the variables, `# As: Ben` says who asks.
 */
export function storyTabs(stories: Record<string, string>, rootFields: ReadonlySet<string>): StoryTab[] {
  return Object.entries(stories)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap(([, source]) => tabOf(source, rootFields));
}

function tabOf(source: string, rootFields: ReadonlySet<string>): StoryTab[] {
  const [, person] = AS.exec(source) ?? [];
  const [, variables = '{}'] = VARIABLES.exec(source) ?? [];
  const definitions = definitionsOf(source.replace(AS, '').replace(VARIABLES, ''));
  const steps = definitions
    .filter(isOperation)
    .filter(({ node }) => rootFieldsOf(node).every((field) => field.startsWith('__') || rootFields.has(field)));
  if (steps.length === 0) return [];
  const texts = [...steps, ...fragmentsOf(steps, definitions)].map(({ text }) => text);
  const pane = JSON.stringify(JSON.parse(variables), null, 2);
  return [{ query: texts.join('\n\n'), variables: pane, ...(person !== undefined && { person }) }];
}

function definitionsOf(source: string): Definition[] {
  let end = 0;
  return parse(source).definitions.map((node) => {
    const start = end;
    end = node.loc?.end ?? source.length;
    return { node, text: flowing(source.slice(start, end).trim()) };
  });
}

/** A paragraph of a comment is one line: the editor breaks it where its window ends. */
const flowing = (text: string): string =>
  text.replace(/^(# .*)(?:\n# .*)+/gm, (lines) => lines.replaceAll('\n# ', ' '));

function fragmentsOf(steps: readonly Definition[], definitions: readonly Definition[]): Set<Definition> {
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.node.name.value, fragment]));
  const used = new Set<Definition>();
  const collect = (definition: Definition): unknown =>
    visit(definition.node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  steps.forEach(collect);
  return used;
}

const isOperation = (definition: Definition): definition is Definition<OperationDefinitionNode> =>
  definition.node.kind === Kind.OPERATION_DEFINITION;

const isFragment = (definition: Definition): definition is Definition<FragmentDefinitionNode> =>
  definition.node.kind === Kind.FRAGMENT_DEFINITION;

const rootFieldsOf = (node: OperationDefinitionNode): string[] =>
  node.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
