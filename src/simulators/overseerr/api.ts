import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Faults, RequestLog } from '../host';
import type { Answer, Credentials, Endpoint, Installation, OpenEndpoint } from './endpoint';
import { callerOf, guard, ServerKilled } from './endpoint';
import { answerImage } from './image-proxy';
import type { Fulfilment } from './lifecycle';
import { describedRefusal, Refusal } from './refusals';
import { mediaEndpoints } from './routes/media';
import { requestEndpoints } from './routes/requests';
import { settingsEndpoints } from './routes/settings';
import { titleEndpoints } from './routes/titles';
import { userEndpoints } from './routes/users';
import type { State } from './state';
import type { StateStore } from './state-file';
import type { OwnFault, Titles } from './titles';
import type { Query } from './validation';
import { validateContentType, validatedBody, validatedQuery, validateParams } from './validation';

export interface ApiParts {
  apiKey: string;
  installation: Installation;
  store: StateStore;
  titles: Titles;
  faults: Faults<OwnFault>;
  log: RequestLog;
  now: () => Date;
  fulfilment: () => Fulfilment;
  /** Called before every look at the state: what became due since the last one is in it. */
  settle: () => void;
  /** The process of the real server would be dead now. */
  die: () => void;
}

const BASE = '/api/v1';
const BODY_LIMIT = 100 * 1024;
const endpoints: Endpoint[] = [...userEndpoints, ...titleEndpoints, ...requestEndpoints, ...mediaEndpoints];

const [rawPath, rawQuery] = [0, 1].map(
  (part) =>
    (request: FastifyRequest): string =>
      (request.raw.url ?? '').split('?')[part] ?? '',
) as [(request: FastifyRequest) => string, (request: FastifyRequest) => string];

function credentialsOf({ headers }: FastifyRequest): Credentials {
  const single = (name: string): string | undefined => [headers[name]].flat()[0];
  return {
    key: single('x-api-key'),
    actingUser: single('x-api-user'),
    hasSession: /\bconnect\.sid=/.test(headers.cookie ?? ''),
  };
}

function parseJson(request: FastifyRequest, body: Buffer): unknown {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new Refusal(400, { message: (error as SyntaxError).message });
  }
}

/** The recorded order: any credentials at all, then the description, then whether the key is right, then permission. */
function answerTo(request: FastifyRequest, endpoint: Endpoint, parts: ApiParts): Answer {
  const { dialect } = parts.installation;
  const credentials = credentialsOf(request);
  if (!credentials.key && !credentials.hasSession) {
    throw describedRefusal(401, rawPath(request), "cookie 'connect.sid' required");
  }
  if (endpoint.body) validateContentType(request.headers['content-type'], `${BASE}${endpoint.path}`);
  const query = validatedQuery(dialect.describe(endpoint.query ?? {}), rawQuery(request));
  const params = request.params as Query;
  validateParams(dialect.describe(endpoint.params ?? {}), params);
  const body = endpoint.body ? validatedBody(endpoint.body, request.body) : {};

  parts.settle();
  const caller = callerOf(parts.store.current(), credentials, parts.apiKey);
  guard(caller, endpoint.needs);
  const on = (state: State): Answer =>
    endpoint.answer({
      state,
      caller,
      params,
      query,
      body,
      dialect,
      titles: parts.titles,
      fulfilment: parts.fulfilment(),
    });
  return endpoint.method === 'GET' ? on(parts.store.current()) : parts.store.change(on);
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.body === undefined) return reply.send();
  if (answer.type) return reply.type(answer.type).send(answer.body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}

function isDescribed(path: string): boolean {
  const segments = path.replace(/\/$/, '').split('/');
  return [...settingsEndpoints, ...endpoints].some((endpoint) => {
    const pattern = `${BASE}${endpoint.path}`.split('/');
    return (
      pattern.length === segments.length && pattern.every((part, at) => part.startsWith(':') || part === segments[at])
    );
  });
}

function answerUnknown(request: FastifyRequest): Answer {
  const path = rawPath(request);
  throw isDescribed(path)
    ? describedRefusal(405, path, `${request.method} method not allowed`)
    : describedRefusal(404, path, 'not found');
}

function answerError(error: Error & { statusCode?: number }): Answer {
  if (error instanceof Refusal) return { status: error.status, body: error.body };
  if (error.statusCode === 413) return { status: 413, body: { message: 'request entity too large' } };
  return { status: error.statusCode ?? 500, body: { message: error.message } };
}

/** A request that the log cannot hold is cut off: an answer would be one that nobody can count. */
function recorded(request: FastifyRequest, status: number, { log, now }: ApiParts): boolean {
  try {
    log.append({ at: now().toISOString(), method: request.method, path: request.url, status });
    return true;
  } catch {
    return false;
  }
}

function mountFaults(app: FastifyInstance, parts: ApiParts): void {
  const { faults } = parts;
  app.addHook('onRequest', async (_request, reply) => {
    if (faults.current() === 'ERROR_500') return send(reply, { status: 500, body: { message: 'Simulated failure.' } });
    if (faults.current() === 'WRONG_SHAPE') return send(reply, { status: 200, body: [{ shape: 'unexpected' }] });
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const isDropped = faults.current() === 'COMMIT_THEN_DROP' && request.method !== 'GET';
    const hasArrived = request.raw.complete || !request.raw.socket.destroyed;
    if (!recorded(request, hasArrived ? reply.statusCode : 0, parts) || isDropped) request.raw.socket.destroy();
    return payload;
  });
}

type Work = (request: FastifyRequest) => Answer;

/** Nothing here looks at whether the client is still there: the real server finishes what it began. */
function handlerOf(
  work: Work,
  parts: ApiParts,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  const cut = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    recorded(request, 0, parts);
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  };
  return async (request, reply) => {
    if (!(await parts.faults.delay())) return cut(request, reply);
    try {
      const { body, ...answer } = work(request);
      return send(reply, { ...answer, body: parts.installation.dialect.speak(body) });
    } catch (error) {
      if (!(error instanceof ServerKilled)) throw error;
      parts.die();
      return cut(request, reply);
    }
  };
}

const workOf =
  (endpoint: Endpoint | OpenEndpoint, parts: ApiParts): Work =>
  (request) =>
    'open' in endpoint ? endpoint.answer(parts.installation) : answerTo(request, endpoint, parts);

/** The API without a listener: requests are handed to its `routing`. */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    parseJson(request, body),
  );
  mountFaults(app, parts);
  for (const endpoint of [...settingsEndpoints, ...endpoints]) {
    const { method, path } = endpoint;
    app.route({ method, url: `${BASE}${path}`, handler: handlerOf(workOf(endpoint, parts), parts) });
  }
  const image: Work = ({ params }) => answerImage((params as { '*': string })['*'], parts);
  app.get('/imageproxy/*', handlerOf(image, parts));
  app.setNotFoundHandler(handlerOf(answerUnknown, parts));
  app.setErrorHandler<Error>((error, _request, reply) => send(reply, answerError(error)));
  await app.ready();
  return app;
}
