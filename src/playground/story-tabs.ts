import type { DefinitionNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { Kind, parse, visit } from 'graphql';

export interface StoryTab {
  query: string;
  variables: string;
}

interface Definition<Node extends DefinitionNode = DefinitionNode> {
  node: Node;
  /** The definition with the comments that stand above it. */
  text: string;
}

/** The order in which a newcomer meets them; a file that is not named here comes after these. */
const chapters = ['accounts', 'library', 'requests', 'demo'];

/**
 * One tab for each operation of the documents that this server can answer: its comments, itself, and the fragments it uses.
 * A comment line `# Variables: { "first": 3 }` above an operation fills the pane of the variables; without one it names what must be filled in.
 */
export function storyTabs(documents: Record<string, string>, rootFields: ReadonlySet<string>): StoryTab[] {
  const definitions = Object.entries(documents)
    .sort(([a], [b]) => chapter(a) - chapter(b) || a.localeCompare(b))
    .flatMap(([, source]) => definitionsOf(source));
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.node.name.value, fragment]));
  return definitions
    .filter(isOperation)
    .filter(({ node }) => rootFieldsOf(node).every((field) => field.startsWith('__') || rootFields.has(field)))
    .map((operation) => tabOf(operation, fragments));
}

function chapter(name: string): number {
  const index = chapters.indexOf(name);
  return index < 0 ? chapters.length : index;
}

function definitionsOf(source: string): Definition[] {
  let end = 0;
  return parse(source).definitions.map((node) => {
    const start = end;
    end = node.loc?.end ?? source.length;
    return { node, text: source.slice(start, end).trim() };
  });
}

const isOperation = (definition: Definition): definition is Definition<OperationDefinitionNode> =>
  definition.node.kind === Kind.OPERATION_DEFINITION;

const isFragment = (definition: Definition): definition is Definition<FragmentDefinitionNode> =>
  definition.node.kind === Kind.FRAGMENT_DEFINITION;

const rootFieldsOf = (node: OperationDefinitionNode): string[] =>
  node.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));

const variablesLine = /^# *Variables: *(\{.*\}) *\n/m;

function tabOf(operation: Definition<OperationDefinitionNode>, fragments: ReadonlyMap<string, Definition>): StoryTab {
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
  collect(operation);
  const texts = [operation.text.replace(variablesLine, ''), ...[...used].map(({ text }) => text)];
  const sample = variablesLine.exec(operation.text)?.[1];
  const variables: unknown = sample === undefined ? requiredVariables(operation.node) : JSON.parse(sample);
  return { query: texts.join('\n\n'), variables: JSON.stringify(variables, null, 2) };
}

function requiredVariables({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, string> {
  const required = variableDefinitions.filter(
    ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
  );
  return Object.fromEntries(required.map(({ variable }) => [variable.name.value, '']));
}
