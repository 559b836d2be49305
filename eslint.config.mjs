import graphqlEslint from '@graphql-eslint/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const kits = ['**/testing{,-setup,-teardown,-cluster,-plans}.ts', '**/testing/*.ts', '**/*.contract.ts'];
const tests = ['**/*.test.ts', ...kits, 'e2e/**/*.ts', 'bench/**/*.ts'];
const graphql = ['src/features/**/{resolvers,types}.ts', 'src/mechanisms/graphql/**/*.ts'];
/** decider, events, event-codecs, policy and every `<noun>.ts`: all that is not in this list. */
const impure = [
  '**/{commands,poller,webhook,loaders,resolvers,types,index,testing}.ts',
  '**/*.{read-model,reactor,test}.ts',
];
const network = ['fetch', 'WebSocket', 'EventSource'];
const ambient = ['process', 'setTimeout', 'setInterval', 'setImmediate', 'crypto', 'performance'];

const syntax = (message, ...selectors) => selectors.map((selector) => ({ selector, message }));
const globals = (message, names) => ['error', ...names.map((name) => ({ name, message }))];

const explicitTypes = syntax(
  'Say the GraphQL type: @Field(() => String), @Arg("id", () => ID). Nothing here reads the emitted metadata.',
  'Decorator > CallExpression[callee.name=/^(Field|FieldResolver|Query|Mutation|Subscription|Args)$/]:not([arguments.0.type="ArrowFunctionExpression"])',
  'Decorator > CallExpression[callee.name="Arg"]:not([arguments.1.type="ArrowFunctionExpression"])',
  'Decorator > Identifier[name=/^(Field|FieldResolver|Query|Mutation|Subscription|Args?)$/]',
);
const noDecorators = syntax('Decorators live in resolvers.ts, types.ts and mechanisms/graphql.', 'Decorator');
const noClock = syntax(
  'Pure code takes time and chance from the command.',
  'NewExpression[callee.name="Date"][arguments.length=0]',
  'CallExpression[callee.name="Date"]',
  'MemberExpression[object.name="Date"][property.name="now"]',
  'MemberExpression[object.name="Math"][property.name="random"]',
);
/** V8 makes a class of a generator function each time that it is made, in memory that only a full collection clears. */
const noInnerGenerators = syntax(
  'A generator function that is made again and again keeps all that it sees in memory: put it beside, with parameters.',
  ':function :function[generator=true]',
);
const typesOnly = syntax(
  'events.ts holds types only; schemas and upcasters stand in event-codecs.ts.',
  'Program > :not(ImportDeclaration, TSTypeAliasDeclaration, TSInterfaceDeclaration, ExportNamedDeclaration[exportKind="type"], ExportAllDeclaration[exportKind="type"])',
);

/** The published schema and the documents over it: all rules that are not argued away here, and those of Relay. */
const lintGraphql = (files, rules) => ({
  files,
  plugins: { '@graphql-eslint': graphqlEslint },
  languageOptions: {
    parser: graphqlEslint.parser,
    parserOptions: {
      graphQLConfig: {
        schema: ['schema/schema.graphql', 'schema/demo.graphql'],
        documents: 'schema/operations/*.graphql',
      },
    },
  },
  rules,
});
const schemaRules = {
  ...graphqlEslint.configs['flat/schema-all'].rules,
  ...graphqlEslint.configs['flat/schema-relay'].rules,
  '@graphql-eslint/alphabetize': 'off', // the emitter sorts
  '@graphql-eslint/no-root-type': 'off', // it is for schemas without mutations
  '@graphql-eslint/no-typename-prefix': 'off', // Title.title is what people call it
  '@graphql-eslint/strict-id-in-types': 'off', // a value has no identity
  '@graphql-eslint/input-name': 'off', // one argument is no input type, and the idempotency key stands beside the input
  '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off', // a payload names what changed
  '@graphql-eslint/require-nullable-result-in-root': 'off', // a list may be empty and a payload has problems: neither is null
  '@graphql-eslint/require-description': [
    'error',
    {
      types: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      ignoredSelectors: ['[type=ObjectTypeDefinition][name.value=/^(Query|Mutation|Subscription)$/]'],
    },
  ],
  '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }], // pages go forward
  // Short lists of values are lists; an entry of a timeline is no Node.
  '@graphql-eslint/relay-edge-types': [
    'error',
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
  ],
};
const operationRules = {
  ...graphqlEslint.configs['flat/operations-all'].rules,
  '@graphql-eslint/alphabetize': 'off', // as a reader wants to see it
  '@graphql-eslint/match-document-filename': 'off', // a file is a feature
  '@graphql-eslint/lone-executable-definition': 'off',
};

export default defineConfig(
  { ignores: ['dist/**', 'sdk/generated.ts', 'coverage/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      complexity: ['error', 12],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only app/config.ts reads the environment.' },
      ],
      'no-restricted-imports': ['error', { paths: ['process', 'node:process'] }],
      'no-restricted-syntax': ['error', ...explicitTypes],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // A fix to `import type` would empty a class out of the decorator metadata. The rule knows: where tsconfig says emitDecoratorMetadata it
      // leaves files with decorators alone. What is no class there needs `import type` all the same, and the compiler asks for it (TS1272).
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...graphql, ...tests],
    rules: { 'no-restricted-syntax': ['error', ...noDecorators, ...noInnerGenerators] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/{mechanisms,simulators,playground}/**', ...tests],
    rules: {
      'no-restricted-globals': globals('Outgoing calls go through mechanisms/http or mechanisms/socket.', network),
    },
  },
  {
    files: ['src/features/**/*.ts'],
    ignores: impure,
    rules: {
      'no-restricted-syntax': ['error', ...noDecorators, ...noInnerGenerators, ...noClock],
      'no-restricted-globals': globals('Deciders, events, codecs, policies and nouns are pure.', [
        ...network,
        ...ambient,
      ]),
    },
  },
  { files: ['src/features/**/events.ts'], rules: { 'no-restricted-syntax': ['error', ...typesOnly] } },
  { files: ['src/features/**/resolvers.ts'], rules: { 'max-params': ['error', 4] } }, // root, args, context, info
  { files: ['src/app/config.ts', 'examples/**/*.ts', ...tests], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/cli/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: tests, rules: { 'max-lines-per-function': 'off' } },
  lintGraphql(['schema/*.graphql'], schemaRules),
  lintGraphql(['schema/operations/*.graphql'], operationRules),
);
