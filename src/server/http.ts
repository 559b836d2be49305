import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyStatic from '@fastify/static';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify as createFastify } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import type { AccessMap } from '../mechanisms/graphql';
import { createExecutor } from '../mechanisms/graphql-execution';
import type { Images } from '../mechanisms/images';
import type { Logger, Observer } from '../mechanisms/observability';
import { assertAccessComplete, createAccessCheck } from './access';
import { apolloOptions } from './apollo-options';
import { bearerToken } from './bearer-token';
import type { CostLimits } from './charge';
import { createCharge } from './charge';
import type { Authenticate, OperationContext } from './context';
import { createDocuments } from './documents';
import { createErrorTranslator, errorBody } from './errors';
import type { Obstacle } from './health';
import { mountHealth } from './health';
import { mountImages } from './images';
import { createKnownOperations } from './known-operations';
import { LIMITS } from './limits';
import type { Address } from './listen';
import { listen } from './listen';
import { createContext } from './operation';
import type { Transport } from './operation-log';
import { createOperationLog } from './operation-log';
import type { Playground } from './playground';
import { addSecurityHeaders, sendPage, wantsPage } from './playground';
import type { EventStreamDoor } from './sse';
import { createEventStreamDoor, mountEventStreams, wantsEvents } from './sse';
import { createWebSocketDoor } from './websocket';
import type { SessionOptions } from './websocket-session';

export interface HttpServerOptions {
  schema: GraphQLSchema;
  access: AccessMap;
  authenticate: Authenticate;
  cost: CostLimits;
  /** What keeps this process from taking traffic; null: nothing. */
  obstacle: () => Promise<Obstacle>;
  observer: Observer;
  /** Admins are told in `extensions.trace` what an operation asked of upstreams, of what is kept of them, and of the database. */
  traces?: boolean;
  log: Logger;
  /** Pictures for `posterUrl`. Absent: none are served. */
  images?: Images;
  /** Absent: no page. */
  playground?: Playground;
}

export interface HttpServer {
  fastify: FastifyInstance;
  /** Port 0 takes a free one. Throws StartupError when the port is taken. */
  listen(address: Address): Promise<Address>;
  /** Sockets are told to go, requests at work may end within `drainMs`, then everything is cut. */
  close(options: { drainMs: number }): Promise<void>;
}

const DISCARD = { bytes: 64 * 1024 * 1024, ms: 5_000 };

/** The door: GraphQL over HTTP and WebSocket at /graphql, the playground, health. Throws when a field has no access entry. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { schema, access, authenticate, log } = options;
  assertAccessComplete(schema, access);
  const checkAccess = createAccessCheck(schema, access);
  const charge = createCharge(schema, options.cost);
  const translate = createErrorTranslator(log);
  const documents = createDocuments();
  const execute = createExecutor(schema);
  const operations = createOperationLog({ observer: options.observer, traces: options.traces ?? false, log });
  return openDoor({
    ...options,
    apollo: new ApolloServer({
      schema,
      ...apolloOptions({ checkAccess, charge, documents, operations, translate, log }),
    }),
    // The bearer token alone says who asks.
    context: async ({ headers, ip }) => createContext(await authenticate(bearerToken(headers.authorization)), ip),
    sessions: { schema, documents, checkAccess, charge, execute, operations, authenticate, translate },
  });
}

export interface DoorParts<Context extends OperationContext> extends Pick<
  HttpServerOptions,
  'obstacle' | 'observer' | 'log' | 'images' | 'playground'
> {
  apollo: ApolloServer<Context>;
  context(request: FastifyRequest, reply: FastifyReply): Promise<Context>;
  sessions: SessionOptions;
}

/** Everything of the door but what Apollo was told. */
export async function openDoor<Context extends OperationContext>(parts: DoorParts<Context>): Promise<HttpServer> {
  const { apollo, sessions, log } = parts;
  const { metrics } = parts.observer;
  await apollo.start();
  const fastify = createFastify({
    bodyLimit: LIMITS.bytes,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
  });
  fastify.addHook('onRequest', addSecurityHeaders);
  fastify.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.statusCode === 413) await discard(request.raw);
    const { status, told } = refusedBody(error);
    const transport = TRANSPORTS.get(request.routeOptions.url);
    if (transport) sessions.operations.begin(transport).end([told]);
    return reply.code(status).send({ errors: [sessions.translate(told)] });
  });
  fastify.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody('NOT_FOUND', 'the API is at /graphql')),
  );
  let closing = false;
  // A connection that stayed open after its answer would be waited for until it is cut.
  fastify.addHook('onSend', (_request, reply, ...[, done]) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  mountHealth(fastify, parts.obstacle);
  if (parts.images) mountImages(fastify, parts.images);
  const streams = createEventStreamDoor({ ...sessions, metrics, log });
  mountGraphQL(fastify, parts, streams);
  mountEventStreams(fastify, streams);
  const sockets = createWebSocketDoor(fastify.server, { ...sessions, metrics, log });

  return {
    fastify,
    listen: (address) => listen(fastify, address, 'PORT'),
    async close({ drainMs }) {
      closing = true;
      streams.close();
      const cut = setTimeout(() => fastify.server.closeAllConnections(), drainMs);
      await sockets.close(drainMs);
      await fastify.close();
      clearTimeout(cut);
      await apollo.stop();
    },
  };
}

function mountGraphQL<Context extends OperationContext>(
  fastify: FastifyInstance,
  { apollo, context, sessions, playground }: DoorParts<Context>,
  streams: EventStreamDoor,
): void {
  /** Who asks, of requests that are Apollo's after all. */
  const contexts = new WeakMap<FastifyRequest, Promise<Context>>();
  const known = createKnownOperations(sessions);
  const askApollo = fastifyApolloHandler(apollo, {
    context: (request, reply) => contexts.get(request) ?? context(request, reply),
  });
  fastify.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    async handler(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      if (playground && wantsPage(request)) return sendPage(reply, playground);
      if (wantsEvents(request)) return streams.answer(request, reply);
      return sessions.operations.run(async () => {
        let opened: Promise<Context> | undefined;
        const answer = await known.answer(request, () => (opened = context(request, reply)));
        if (answer) return reply.code(answer.status).headers(answer.headers).send(answer.body);
        if (opened) contexts.set(request, opened);
        const body = (await askApollo.call(this, request, reply)) as unknown;
        known.learn(request, reply);
        return body;
      });
    },
  });
  fastify.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (_request, reply) =>
      reply.code(405).header('allow', 'GET, POST').send(errorBody('BAD_REQUEST', 'the API takes GET and POST')),
  });
  if (playground) {
    fastify.register(fastifyStatic, { root: playground.assetsDir, prefix: '/playground/', index: false });
  }
}

/** A client that is still writing when the connection closes never reads why: what it sends is let go by, as long as that is no burden. */
async function discard(request: IncomingMessage): Promise<void> {
  if (request.readableEnded) return;
  let bytes = 0;
  const timeout = AbortSignal.timeout(DISCARD.ms);
  await new Promise<unknown>((done) => {
    timeout.addEventListener('abort', done);
    request.once('close', done).once('end', done);
    request.on('data', (chunk: Buffer) => (bytes += chunk.length) > DISCARD.bytes && done(undefined));
    request.resume();
  });
}

/** By the address that a body was sent to: one that no operation is read of is logged and counted as one, too. */
const TRANSPORTS = new Map<string | undefined, Transport>([
  ['/graphql', 'HTTP'],
  ['/graphql/stream', 'EVENT_STREAM'],
]);

/** What never reached Apollo: a body too large, no JSON, an unknown content type. Shaped as GraphQL clients read errors. */
function refusedBody(error: FastifyError): { status: number; told: Error } {
  const { statusCode: status = 500, message } = error;
  const coded = (text: string, code: string) => new GraphQLError(text, { extensions: { code } });
  if (status >= 500) return { status: 500, told: error };
  if (status === 413) return { status, told: coded(`a body has at most ${LIMITS.bytes} bytes`, 'PAYLOAD_TOO_LARGE') };
  if (status === 415) return { status, told: coded('a body is JSON: content-type: application/json', 'BAD_REQUEST') };
  return { status, told: coded(`${STATUS_CODES[status]}: ${message}`, 'BAD_REQUEST') };
}
