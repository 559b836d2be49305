import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { createExecutor } from '../mechanisms/graphql-execution';
import { createLogger, createObserver } from '../mechanisms/observability';
import { apolloOptions } from './apollo-options';
import type { Charge } from './charge';
import type { OperationContext } from './context';
import { createDocuments } from './documents';
import { createErrorTranslator } from './errors';
import { openDoor } from './http';
import { createContext } from './operation';
import { createOperationLog } from './operation-log';
import { viewer } from './testing';
import { createSource, createTestSchema } from './testing-setup';

type Options = ApolloServerOptions<BaseContext>;

/** Where a test of theirs asks for an option that we decided against, it gets Apollo's own default of that option and the rest of our door. */
const decidedOtherwise: { why: string; without: string[]; tests: RegExp }[] = [
  {
    why: 'what a resolver threw is told by an id; these look for its own words, extensions and stack in the answer',
    without: ['formatError', 'includeStacktraceInErrorResponses'],
    tests: new RegExp(
      [
        'catches custom scalar parseValue and (returns BAD_USER_INPUT|preserves code)',
        'allows setting a custom status code for an error',
        'does not expose stack',
        'on `didResolveOperation` error',
        'error munging',
        'propagates error codes',
        'shows error extensions in extensions',
        'throwing in didResolveOperation results in error with',
        'graphqlHTTP returns errors',
        'GraphQLError HTTP extensions are respected and stripped',
      ].join('|'),
    ),
  },
  {
    why: 'introspection is open to whoever is signed in, in production too, and extensions of an error are ours',
    without: ['introspection', 'formatError'],
    tests: /prevents introspection by default during production/,
  },
  {
    why: 'cache control costs more than executing, and nobody reads it',
    without: ['CacheControl'],
    tests: /cache-control|cachePolicy/,
  },
  {
    why: 'the landing page of Apollo loads from elsewhere',
    without: ['LandingPageDisabled'],
    tests: /defaults to LocalDefault/,
  },
];

const used = new Set<string>();

/** Our options, and theirs in front: plugins and rules are added to ours. */
function merge(ours: ReturnType<typeof apolloOptions>, theirs: Options): Options {
  const name = expect.getState().currentTestName ?? '';
  const exceptions = decidedOtherwise.filter(({ tests }) => tests.test(name));
  for (const { why } of exceptions) used.add(why);
  const without = exceptions.flatMap((exception) => exception.without);
  const kept = Object.fromEntries(Object.entries(ours).filter(([option]) => !without.includes(option)));
  const idOf = (plugin: object) => ('__internal_plugin_id__' in plugin ? String(plugin.__internal_plugin_id__) : '');
  const plugins = ours.plugins.filter((plugin) => !without.includes(idOf(plugin)));
  return {
    ...kept,
    ...theirs,
    plugins: [...plugins, ...(theirs.plugins ?? [])],
    validationRules: [...ours.validationRules, ...(theirs.validationRules ?? [])],
  } as Options;
}

afterAll(() => expect([...used].sort()).toEqual(decidedOtherwise.map(({ why }) => why).sort()));

defineIntegrationTestSuite(async (theirs, { context } = {}) => {
  const log = createLogger({ level: 'silent' });
  const translate = createErrorTranslator(log);
  const everybody = viewer('usr_everybody');
  // Its schemas have no prices, and its answers no room for what they cost.
  const charge: Charge = () => Promise.resolve(undefined as never);
  const observer = createObserver();
  const operations = createOperationLog({ observer, traces: false, log });
  // Operations that come again are executed by our own executor, where they bring a schema that it can have.
  const schema = theirs.schema ?? createTestSchema(createSource(), () => new Error());
  const documents = theirs.schema ? createDocuments() : { known: () => undefined, keep: () => undefined };
  const gate = { checkAccess: () => undefined, charge, documents, operations, translate, log };
  const apollo = new ApolloServer(merge(apolloOptions(gate), theirs));
  const door = await openDoor({
    apollo: apollo as unknown as ApolloServer<OperationContext>,
    context: async () => Object.assign((await context?.()) ?? {}, createContext(everybody)),
    sessions: {
      ...gate,
      schema,
      charge: () => Promise.resolve({ settle: () => undefined as never }),
      execute: createExecutor(schema),
      authenticate: () => Promise.resolve(everybody),
    },
    obstacle: () => Promise.resolve(null),
    observer,
    log,
  });
  const { port } = await door.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}/graphql`;
  return { server: apollo, url, extraCleanup: () => door.close({ drainMs: 500 }) };
});
