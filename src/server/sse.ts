import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { OperationResult } from 'graphql-sse';
import { createHandler } from 'graphql-sse';
import { Unauthenticated } from '../mechanisms/errors';
import { Position } from '../mechanisms/graphql';
import type { Logger, Metrics } from '../mechanisms/observability';
import { bearerToken, watchToken } from './bearer-token';
import type { Viewer } from './context';
import type { TranslateError } from './errors';
import { errorBody } from './errors';
import type { EventStream } from './event-stream';
import { createEventStream } from './event-stream';
import { isSameOrigin } from './same-origin';
import type { Asking, StreamRequest, TellableResult } from './stream-operations';
import { createStreamOperations } from './stream-operations';
import type { SessionOptions } from './websocket-session';

export interface EventStreamDoorOptions extends SessionOptions {
  metrics: Metrics;
  log: Logger;
}

export interface EventStreamDoor {
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** Cuts every stream, so that its client comes back elsewhere, and opens no other. */
  close(): void;
}

const TOKEN_HEADER = 'x-graphql-event-stream-token';
/** How long a stream may be promised and not opened. */
const PROMISE_MS = 10_000;

/**
 * GraphQL over server-sent events (graphql-sse): each operation on a stream of its own, or all of a client on one. Who asks is said by the bearer token
 * of each request.
 */
export function createEventStreamDoor(options: EventStreamDoorOptions): EventStreamDoor {
  const { authenticate, translate, log } = options;
  /** Streams that were promised to clients, by account and token. */
  const promised = new Map<string, EventStream>();
  const open = countedSet<EventStream>(options.metrics);
  const handle = createHandle(options);
  let closing = false;

  async function write(reply: FastifyReply, { stream, shared }: Asking, messages: AsyncGenerator<string>) {
    open.add(stream);
    try {
      await stream.write(reply.raw, messages);
    } catch (error) {
      log.error({ err: error }, 'an event stream failed');
      stream.cut();
    }
    open.delete(stream);
    if (shared) promised.delete(shared);
  }

  /** The library forgets a stream when it ends: one that nobody opened is opened to be ended. */
  async function forget(request: StreamRequest, { stream, shared = '' }: Asking): Promise<void> {
    if (open.has(stream) || !promised.delete(shared)) return;
    const [body] = await handle({ ...request, method: 'GET', headers: { get: () => 'text/event-stream' } });
    if (body && typeof body !== 'string') await body.return(undefined);
    stream.cut();
  }

  async function serve(request: StreamRequest, viewer: Viewer, reply: FastifyReply): Promise<FastifyReply> {
    const { context } = request;
    const [body, { status, headers }] = await handle(request);
    if (body && typeof body !== 'string') {
      reply.hijack();
      reply.raw.writeHead(status, { ...streamHeaders(headers), ...(reply.getHeaders() as Record<string, string>) });
      const unwatch = watchToken(authenticate, { token: context.token, viewer, ended: () => context.stream.cut() });
      await write(reply, context, body as AsyncGenerator<string>);
      unwatch();
      return reply;
    }
    if (status >= 400) return refuse(reply, status, body);
    if (status !== 201 || !context.shared) return reply.code(status).send();
    promised.set(context.shared, context.stream);
    setTimeout(() => void forget(request, context), PROMISE_MS).unref();
    return reply.code(status).type('text/plain').send(tokenOf(context.shared));
  }

  async function answer(raw: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const refusal = refusalOf(raw, closing);
    if (refusal) return refuse(reply, ...refusal);
    const token = bearerToken(raw.headers.authorization);
    const viewer = await authenticate(token);
    if (!viewer) return refuseStranger(reply, translate);
    const after = lastEventId(raw);
    if (after === null) return refuse(reply, 400, 'Last-Event-ID is no position of this server');
    const shared = sharedKey(raw, viewer);
    const stream = (shared && promised.get(shared)) || createEventStream();
    return serve(streamRequest(raw, { token, after, stream, ...(shared && { shared }) }), viewer, reply);
  }

  return {
    answer,
    close() {
      closing = true;
      for (const stream of open) stream.cut();
    },
  };
}

function countedSet<Stream>(metrics: Metrics): Set<Stream> {
  const open = new Set<Stream>();
  const help = 'Event streams of clients.';
  metrics.gauge({
    name: 'medianest_event_streams_open',
    help,
    labels: [],
    read: () => [{ labels: {}, value: open.size }],
  });
  return open;
}

function refusalOf({ headers }: FastifyRequest, closing: boolean): [status: number, why: string] | undefined {
  if (closing) return [503, 'this server is going away; connect again'];
  return isSameOrigin(headers) ? undefined : [403, 'pages of elsewhere open no stream'];
}

function createHandle(options: SessionOptions) {
  const run = createStreamOperations(options);
  return createHandler<FastifyRequest, Asking>({
    authenticate: ({ context }) => context.shared,
    onSubscribe: async (request, params) => (await run(request, params)) as Awaited<OperationResult>,
    async onNext(_context, { context: { stream } }, result) {
      await stream.writable();
      const { position, ...told } = result as TellableResult;
      // Printed by the library right before the message is queued, so that positions queue up in the same order.
      return { toJSON: () => (stream.announce(position), told) } as unknown as ExecutionResult;
    },
  });
}

/** At /graphql/stream both ways; at /graphql whoever accepts nothing but an event stream has one for this operation. */
export function mountEventStreams(fastify: FastifyInstance, door: EventStreamDoor): void {
  fastify.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/graphql/stream',
    handler: (request, reply) => door.answer(request, reply),
  });
}

const takesEvents = ({ headers }: FastifyRequest): boolean => !!headers.accept?.includes('text/event-stream');

/** At /graphql, where clients that take whatever comes (urql) are answered with JSON. */
export const wantsEvents = (request: FastifyRequest): boolean =>
  takesEvents(request) && !/json/i.test(request.headers.accept ?? '');

/** A stream is its account's own: the token of another's names nothing. */
function sharedKey({ method, headers, query }: FastifyRequest, { accountId }: Viewer): string | undefined {
  if (method === 'PUT') return `${accountId} ${randomUUID()}`;
  const given = headers[TOKEN_HEADER] ?? (query as Record<string, unknown>).token;
  return typeof given === 'string' && given !== '' ? `${accountId} ${given}` : undefined;
}
const tokenOf = (key: string): string => key.slice(key.indexOf(' ') + 1);

/** Null: it is none that we gave. */
function lastEventId({ headers }: FastifyRequest): string | null | undefined {
  const given = headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  try {
    return Position.parseValue(given);
  } catch {
    return null;
  }
}

function streamRequest(raw: FastifyRequest, context: Asking): StreamRequest {
  const headers: Record<string, string | undefined> = {
    'content-type': raw.headers['content-type'],
    accept: takesEvents(raw) ? 'text/event-stream' : raw.headers.accept,
  };
  const body = (raw.body ?? null) as Record<string, unknown> | null;
  return { method: raw.method, url: raw.url, headers: { get: (name) => headers[name] }, body, raw, context };
}

/** Nothing in between may keep it, or wait for more of it. */
function streamHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const { 'content-encoding': _none, ...others } = headers;
  return { ...others, 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
}

const CODES: Record<number, string> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 503: 'OVERLOADED' };

/** What the library says is a list of messages, or nothing. */
function refuse(reply: FastifyReply, status: number, said: string | null): FastifyReply {
  const listed = said?.startsWith('{')
    ? (JSON.parse(said) as { errors: { message: string }[] }).errors[0]?.message
    : said;
  const message = listed ?? 'this is no request for an event stream';
  return reply.code(status).send(errorBody(CODES[status] ?? 'BAD_REQUEST', message));
}

function refuseStranger(reply: FastifyReply, translate: TranslateError): FastifyReply {
  const error = translate(new Unauthenticated('a stream needs a valid token: authorization: Bearer <token>'));
  return reply
    .code(401)
    .header('www-authenticate', 'Bearer')
    .send({ errors: [error] });
}
