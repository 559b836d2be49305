import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Faults, RequestLog } from '../host';
import { drawPicture } from '../world';
import type { Asked } from './answers';
import { ANSWERS } from './answers';
import type { Library } from './library';
import { identity, serverRoot } from './server-facts';

export interface ApiParts {
  token: string;
  library: Library;
  machineId: () => string;
  faults: Faults;
  log: RequestLog;
  counts: Map<string, number>;
  now: () => Date;
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  500: 'Internal Server Error',
};
/** The page that is told to a browser without a token leads it to the app. */
const TO_THE_APP = `<script>window.location = window.location.href.match(/(^.+\\/)[^\\/]*$/)[1] + 'web/index.html';</script>`;
const POSTER = { width: 300, height: 450 };
const ART = { width: 1280, height: 720 };
const PICTURE = /^\/library\/(metadata|collections)\/(\d+)\/(thumb|art|composite)\/\d+(?:\?.*)?$/;
const LONGEST_SIDE = 4_000;

/** Errors are pages, whatever was accepted. */
function refuse(reply: FastifyReply, status: number, script = ''): FastifyReply {
  const reason = REASONS[status] ?? 'Error';
  const page = `<html><head>${script}<title>${reason}</title></head><body><h1>${status} ${reason}</h1></body></html>`;
  return reply.code(status).type('text/html').send(page);
}

/** XML is what Plex speaks unless it is asked not to. */
function say(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  if ((request.headers.accept ?? '').includes('application/json')) return reply.type('application/json').send(body);
  const { size } = (body as { MediaContainer: { size: number } }).MediaContainer;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="${size}"></MediaContainer>\n`;
  return reply.type('text/xml;charset=utf-8').send(xml);
}

function pageHeaders(reply: FastifyReply, body: object): void {
  const { offset, totalSize } = (body as { MediaContainer: { offset?: number; totalSize?: number } }).MediaContainer;
  if (totalSize === undefined) return;
  void reply.header('x-plex-container-start', offset).header('x-plex-container-total-size', totalSize);
}

function mountLists(app: FastifyInstance, { library, machineId }: ApiParts): void {
  app.get('/identity', (request, reply) => say(request, reply, identity(machineId())));
  app.get('/', (request, reply) => say(request, reply, serverRoot(machineId())));
  for (const [path, answer] of Object.entries(ANSWERS)) {
    app.get(path, (request, reply) => {
      const { params, query, headers } = request as { params: Asked['params']; query: Asked['query'] } & FastifyRequest;
      const body = answer(library, { params, query, headers });
      if (!body) return refuse(reply, 404);
      pageHeaders(reply, body);
      return say(request, reply, body);
    });
  }
}

function mountPictures(app: FastifyInstance, { library }: ApiParts): void {
  function picture(reply: FastifyReply, path: string, wanted?: typeof POSTER): FastifyReply {
    const [, kind, key, what] = PICTURE.exec(path) ?? [];
    const caption = kind && library.caption(kind as 'metadata' | 'collections', Number(key));
    if (!caption) return refuse(reply, 404);
    const box = wanted ?? (what === 'art' ? ART : POSTER);
    return reply.type('image/svg+xml').send(drawPicture({ ...caption, ...box }));
  }
  app.get('/library/metadata/:ids/:what/:version', (request, reply) => picture(reply, request.url));
  app.get('/library/collections/:id/composite/:version', (request, reply) => picture(reply, request.url));
  // A colon in a path is doubled for the router.
  app.get('/photo/::/transcode', (request, reply) => {
    const { url = '', width, height } = request.query as Record<string, string>;
    const isSide = (side: number): boolean => side >= 1 && side <= LONGEST_SIDE;
    const box = { width: Number(width), height: Number(height) };
    if (!url.startsWith('/library/') || !isSide(box.width) || !isSide(box.height)) return refuse(reply, 400);
    return picture(reply, url, box);
  });
}

function isAllowed({ query, headers }: FastifyRequest, token: string): boolean {
  return [headers['x-plex-token'], (query as Record<string, string>)['X-Plex-Token']].includes(token);
}

/** The token is nobody's to read, not even in a log. */
const withoutToken = (url: string): string => url.replace(/(X-Plex-Token=)[^&]*/gi, '$1…');

function mountDoor(app: FastifyInstance, { token, faults, log, counts, now }: ApiParts): void {
  const record = (request: FastifyRequest, status: number): void => {
    const path = request.routeOptions.url ?? 'unknown';
    counts.set(path, (counts.get(path) ?? 0) + 1);
    log.append({ at: now().toISOString(), method: request.method, path: withoutToken(request.url), status });
  };
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-plex-protocol', '1.0');
    if (!(await faults.delay())) {
      record(request, 0);
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    if (faults.current() === 'ERROR_500') return refuse(reply, 500);
    if (faults.current() === 'WRONG_SHAPE') return reply.type('application/json').send([{ shape: 'unexpected' }]);
    if (request.routeOptions.url === '/identity' || isAllowed(request, token)) return undefined;
    return refuse(reply, 401, request.routeOptions.url === '/' ? TO_THE_APP : '');
  });
  app.addHook('onSend', async (request, reply, payload) => {
    record(request, reply.statusCode);
    return payload;
  });
}

/** The API without a listener: requests are handed to its `routing`. */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  // Fifty ids are one parameter.
  const app = fastify({ exposeHeadRoutes: false, routerOptions: { ignoreTrailingSlash: true, maxParamLength: 5_000 } });
  mountDoor(app, parts);
  mountLists(app, parts);
  mountPictures(app, parts);
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404));
  await app.ready();
  return app;
}
