/**
 * One contender in a process of its own: `contender.ts <name>`. It says where it listens, answers `cpu` with what it has used and holds, and publishes
 * what it is told to.
 */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyPluginAsync } from 'fastify';
import { fastify } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { execute, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createBudget } from '../../src/mechanisms/budget';
import { createLogger, createObserver } from '../../src/mechanisms/observability';
import type { OperationContext } from '../../src/server/context';
import { createHttpServer } from '../../src/server/http';
import { buildBenchSchema, createLoaders } from './schema';
import { createTopic } from './topic';

const topic = createTopic<number>();
const AT = { host: '127.0.0.1', port: 0 };
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** What bench/ installs, by name: its types are here only when it is installed. */
const PEERS = { yoga: 'graphql-yoga', mercurius: 'mercurius' };
interface Yoga {
  createYoga(options: object): RequestListener;
}
interface Mercurius {
  default: FastifyPluginAsync<{ schema: GraphQLSchema; jit: number; context: () => Promise<object> }>;
}

interface StockContext {
  loaders: ReturnType<typeof createLoaders>;
}
const stockContext = (): Promise<StockContext> => Promise.resolve({ loaders: createLoaders() });
const stockSchema = (simpleResolvers = false) =>
  buildBenchSchema<StockContext>({ loadersOf: ({ loaders }) => loaders, topic, simpleResolvers });

const contenders: Record<string, () => Promise<number>> = {
  /** The door as it is served: limits, access, budget, log and numbers. */
  async medianest() {
    const schema = await buildBenchSchema<OperationContext>({
      loadersOf: ({ loaders }) => loaders.use(createLoaders),
      topic,
      simpleResolvers: true,
    });
    const viewer = { accountId: 'usr_1', role: 'FRIEND', scopes: new Set<string>() } as const;
    const server = await createHttpServer({
      schema,
      access: {
        'Query.requests': 'SIGNED_IN',
        'Subscription.ticked': 'SIGNED_IN',
        ...{ MediaRequest: 'SIGNED_IN', Media: 'SIGNED_IN', User: 'SIGNED_IN', Tick: 'SIGNED_IN' },
      },
      authenticate: (token) =>
        Promise.resolve(token ? { ...viewer, expiresAt: new Date(Date.now() + 3_600_000) } : null),
      cost: { perOperation: 2_000, budget: createBudget({ capacity: 1e9, restoreRate: 1e9 }) },
      obstacle: () => Promise.resolve(null),
      observer: createObserver(),
      log: createLogger({ level: 'info' }),
    });
    return (await server.listen(AT)).port;
  },

  /** Apollo and type-graphql as their guides have them; sockets by graphql-ws. */
  async apollo() {
    const schema = await stockSchema();
    const app = fastify();
    const apollo = new ApolloServer<StockContext>({ schema, plugins: [fastifyApolloDrainPlugin(app)] });
    await apollo.start();
    app.route({
      url: '/graphql',
      method: ['GET', 'POST'],
      handler: fastifyApolloHandler(apollo, { context: stockContext }),
    });
    useServer(
      { schema, context: stockContext, execute, subscribe },
      new WebSocketServer({ server: app.server, path: '/graphql' }),
    );
    await app.listen(AT);
    return portOf(app.server);
  },

  async yoga() {
    const { createYoga } = (await import(PEERS.yoga)) as Yoga;
    const yoga = createYoga({
      schema: await stockSchema(true),
      context: stockContext,
      logging: false,
      graphiql: false,
    });
    const server = createServer(yoga);
    await new Promise<void>((resolve) => server.listen(AT.port, AT.host, resolve));
    return portOf(server);
  },

  async mercurius() {
    const { default: mercurius } = (await import(PEERS.mercurius)) as Mercurius;
    const app = fastify();
    await app.register(mercurius, { schema: await stockSchema(true), jit: 1, context: stockContext });
    await app.listen(AT);
    return portOf(app.server);
  },

  async constant() {
    const app = fastify();
    app.post('/graphql', (_request, reply) => reply.type('application/json').send('{"data":{"__typename":"Query"}}'));
    await app.listen(AT);
    return portOf(app.server);
  },
};

process.on('message', ({ publish }: { publish?: number }) => {
  if (publish !== undefined) return topic.publish(publish);
  global.gc?.();
  const { heapUsed: heap, external } = process.memoryUsage();
  process.send?.({
    cpu: process.cpuUsage(),
    ...{ heap, external },
    subscribers: topic.size(),
  });
});
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

void contenders[process.argv[2] ?? '']?.().then((port) => process.send?.({ port }));
