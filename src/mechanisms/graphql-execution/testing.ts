import type { DocumentNode, ExecutionResult, GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { buildSchema, execute, getOperationAST, getVariableValues, validate } from 'graphql';
import { compileOperation } from './compile';

/** What resolvers give is anything. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- that is the test
export type Any = any;

export const schema = buildSchema(/* GraphQL */ `
  interface Named {
    name: String
  }
  union Any = Thing | Other
  enum Color {
    RED
    BLUE
  }
  input Range {
    from: Int = 1
    to: Int!
  }
  type Other implements Named {
    name: String
    size: Int!
  }
  type Thing implements Named {
    name: String
    title: String!
    count: Int
    color: Color
    id: ID!
    thing: Thing
    must: Thing!
    list: [Thing]
    musts: [Thing!]
    all: [Thing!]!
    table: [[Int!]]
    any: Any
    anys: [Any!]
    named: Named
    echo(text: String! = "x", range: Range, color: Color, ids: [ID!]): String
    where: String
  }
  type Query {
    thing: Thing
    must: Thing!
    list: [Thing]
    musts: [Thing!]!
    any: Any
    named: Named
    count: Int
    echo(text: String!, first: Int = 2): String
  }
`);
const types = schema.getTypeMap();
// Resolvers of all kinds beside properties: one that tells what it was given, one that asks where it stands.
const fields = (types.Thing as GraphQLObjectType).getFields();
Object.assign(fields.echo!, {
  resolve: (_source: unknown, args: unknown, context: unknown) => JSON.stringify([args, context]),
});
Object.assign(fields.where!, {
  resolve(...[, , , info]: [unknown, unknown, unknown, GraphQLResolveInfo]) {
    const { fieldName, fieldNodes, returnType, parentType, path, fragments, rootValue, operation, variableValues } =
      info;
    const has = [
      fieldNodes.length,
      Object.keys(fragments),
      Object.keys(rootValue as object).length,
      operation.operation,
    ];
    return JSON.stringify([
      fieldName,
      String(returnType),
      String(parentType),
      path,
      info.schema === schema,
      has,
      variableValues,
    ]);
  },
});
Object.assign(types.Other!, {
  isTypeOf: ({ later, wrong }: { later: boolean; wrong: boolean }) => (later ? Promise.resolve(!wrong) : !wrong),
});

/** One operation, executed by us and by graphql-js. */
export function run(document: DocumentNode, { rootValue, variables = {} }: { rootValue: Any; variables?: Any }) {
  const invalid = validate(schema, document);
  if (invalid.length > 0) throw invalid[0];
  const operation = getOperationAST(document)!;
  const contextValue = { who: 'ben' };
  const compiled = compileOperation(schema, { document, operation }, () => undefined);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return {
    ours: () => compiled({ rootValue, contextValue, variableValues: coerced! }),
    theirs: () => execute({ schema, document, rootValue, contextValue, variableValues: variables }),
  };
}

/** What graphql-js says of faults of ours in words of its own is no matter: clients are not told. */
const worded = (message: string | undefined) =>
  message && /^(no$|thrown$|Cannot return null|Argument|Expected Iterable)/.test(message) ? message : '…';
export const told = ({ data, errors }: ExecutionResult) =>
  JSON.stringify({
    data,
    errors: errors?.map(({ message, locations, path, originalError }) => [
      worded(message),
      locations,
      path,
      worded(originalError?.message),
    ]),
  });
