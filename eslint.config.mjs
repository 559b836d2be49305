import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/testing{,-setup,-teardown}.ts', '**/*.contract.ts', 'e2e/**/*.ts', 'bench/**/*.ts'];
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
const typesOnly = syntax(
  'events.ts holds types only; schemas and upcasters stand in event-codecs.ts.',
  'Program > :not(ImportDeclaration, TSTypeAliasDeclaration, TSInterfaceDeclaration, ExportNamedDeclaration[exportKind="type"], ExportAllDeclaration[exportKind="type"])',
);

export default defineConfig(
  { ignores: ['dist/**', 'sdk/**', 'coverage/**'] },
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
    rules: { 'no-restricted-syntax': ['error', ...noDecorators] },
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
      'no-restricted-syntax': ['error', ...noDecorators, ...noClock],
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
);
