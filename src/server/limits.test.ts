import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { limitRules, LIMITS } from './limits';

const schema = buildSchema('type Query { a: Query b: Query leaf: Int }');
const errorsOf = (text: string) => validate(schema, parse(text), limitRules).map(({ message }) => message);
const nested = (levels: number) => `${'{ a '.repeat(levels - 1)}{ leaf }${' }'.repeat(levels - 1)}`;

describe('depth', () => {
  it('is 12, leaves included', () => {
    expect(errorsOf(nested(LIMITS.depth))).toEqual([]);
    expect(errorsOf(nested(LIMITS.depth + 1))).toEqual(['this operation is 13 levels deep, at most 12 are allowed']);
  });

  it('counts through fragments', () => {
    expect(errorsOf(`{ a { ...F } } fragment F on Query ${nested(12)}`)).toHaveLength(1);
    expect(errorsOf(`{ a { ... on Query ${nested(11)} } }`)).toEqual([]);
    expect(errorsOf(`{ a { ... on Query ${nested(12)} } }`)).toHaveLength(1);
  });

  it('takes the standard introspection and not one that is deeper', () => {
    const options = {
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    };
    expect(errorsOf(getIntrospectionQuery(options))).toEqual([]);
    expect(errorsOf(`{ __schema { types ${'{ ofType '.repeat(13)}{ name }${' }'.repeat(13)} } }`)).toHaveLength(1);
  });

  it('is measured without unfolding fragments, and ends in a cycle', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `fragment F${n} on Query { a { ...F${n + 1} } b { ...F${n + 1} } }`,
    );
    expect(errorsOf(`{ ...F0 } ${doubling.join(' ')} fragment F40 on Query { leaf }`)).toHaveLength(1);
    expect(errorsOf('{ ...A } fragment A on Query { a { ...A } }')).toEqual([]);
  });
});
