import type { OperationDefinitionNode } from 'graphql';
import { buildSchema, getVariableValues, parse } from 'graphql';
import { compileOperation } from './compile';
import type { Any } from './testing';
import { run, schema, told } from './testing';

describe('a compiled operation', () => {
  const thing = { __typename: 'Thing', title: 't', name: 'n', count: (args: Any) => Object.keys(args).length };
  const root = { ...thing, thing: { ...thing, must: thing, list: [thing, null], all: [thing] }, echo: (args: Any) => JSON.stringify(args) }; // prettier-ignore
  const documents: [what: string, source: string, variables?: Any][] = [
    ['arguments', 'query Q { thing { echo a: echo(text: "a", range: { to: 2 }, color: RED, ids: ["1", "2"]) b: echo(ids: "1", range: null) } echo(text: "b") }'], // prettier-ignore
    ['variables', 'query Q($text: String! = "d", $to: Int!, $ids: [ID!], $none: Color) { thing { echo(text: $text, range: { to: $to }, ids: $ids, color: $none) } }', { to: 4, ids: [1, 'x'] }], // prettier-ignore
    ['a null where an argument must not be null', 'query Q($text: String = "d") { thing { title echo(text: $text) } echo(text: $text) }', { text: null }], // prettier-ignore
    ['a null that something is skipped by', 'query Q($no: Boolean = false) { thing { title @skip(if: $no) name } }', { no: null }], // prettier-ignore
    ['a null that a root field is skipped by', 'query Q($no: Boolean = false) { count @skip(if: $no) }', { no: null }],
    ['where a field stands', 'query Q($a: String!) { echo(text: $a) thing { where all { where } deep: must { ...W } } } fragment W on Thing { where }', { a: 'one' }], // prettier-ignore
    ['fields of one name in several places', 'query Q { thing { title } ...A thing { must { title } } } fragment A on Query { thing { must { name } } }'], // prettier-ignore
    ['a name that objects have', 'query Q { __proto__: thing { constructor: title __proto__: name } toString: count }'],
    ['introspection', '{ __schema { types { name fields { name type { name ofType { name } } } } } __type(name: "Thing") { name } }'.replace('{', 'query Q {')], // prettier-ignore
  ];
  it.each(documents)('answers as graphql-js does: %s', async (...[, source, variables]) => {
    const { ours, theirs } = run(parse(source), { rootValue: root, variables });
    expect(told(await ours())).toBe(told(await theirs()));
  });

  it('skips and includes by the variables of each time', async () => {
    const source =
      'query Q($a: Boolean!, $b: Boolean! = true) { thing { title @skip(if: $a) ...F @include(if: $b) must { ...F } } } fragment F on Thing { name count @include(if: $a) }';
    const document = parse(source);
    const [operation] = document.definitions as [OperationDefinitionNode];
    const compiled = compileOperation(schema, { document, operation }, () => undefined);
    for (const variables of [{ a: true }, { a: false }, { a: true, b: false }, { a: false, b: false }, { a: true }]) {
      const { theirs } = run(document, { rootValue: root, variables });
      const { coerced } = getVariableValues(schema, operation.variableDefinitions!, variables);
      const result = await compiled({ rootValue: root, contextValue: { who: 'ben' }, variableValues: coerced! });
      expect(told(result)).toBe(told(await theirs()));
    }
  });

  it('asks nothing more for what will be null, and waits for what was asked', async () => {
    const asked: string[] = [];
    let tellLate = (_title: string): void => undefined;
    const late = new Promise<string>((resolve) => (tellLate = resolve));
    const must = { title: () => Promise.reject(new Error('no')), name: () => late, must: () => late.then(() => below) };
    const below = { title: 'below', name: () => asked.push('below') };
    const source = 'query Q { thing { name must { title name must { name } } } }';
    const { ours } = run(parse(source), { rootValue: { thing: { name: 'n', must } } });
    const result = ours();
    setImmediate(() => tellLate('late'));
    expect(told(await result)).toBe('{"data":{"thing":null},"errors":[["no",[{"line":1,"column":31}],["thing","must","title"],"no"]]}'); // prettier-ignore
    expect(asked).toEqual([]);
  });

  it('takes no mutation: its fields would not wait for each other', () => {
    const changing = buildSchema('type Query { a: Int } type Mutation { a: Int }');
    const document = parse('mutation { a }');
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(() => compileOperation(changing, { document, operation }, () => undefined)).toThrow(TypeError);
  });
});
