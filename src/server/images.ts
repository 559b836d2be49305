import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ImageAnswer, Images } from '../mechanisms/images';
import { errorBody } from './errors';

/** A picture keeps its address for as long as it looks the same. */
const KEEP = 'public, max-age=604800, immutable';
/** Whoever opens one in a window of its own: nothing in it runs or loads. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

const REFUSALS = {
  REFUSED: [403, 'FORBIDDEN', 'this is no address of a picture, or it has ended: ask for a fresh posterUrl'],
  NOT_FOUND: [404, 'NOT_FOUND', 'there is no such picture'],
  UNAVAILABLE: [502, 'UPSTREAM_UNAVAILABLE', 'the service that has this picture does not answer; try again later'],
} as const;

type Query = Partial<Record<'path' | 'week' | 'seal', unknown>>;

/** Pictures, by the addresses that the API gives out as `posterUrl`. They need no token: an address is proof enough. */
export function mountImages(fastify: FastifyInstance, images: Images): void {
  fastify.get<{ Params: { source: string }; Querystring: Query }>('/images/:source', async (request, reply) => {
    const { path, week, seal } = request.query;
    const told = typeof path === 'string' && typeof week === 'string' && typeof seal === 'string';
    const answer: ImageAnswer = told
      ? await images.show({ source: request.params.source, path, week, seal })
      : { kind: 'REFUSED' };
    return send(reply, answer, request.headers['if-none-match']);
  });
}

function send(reply: FastifyReply, answer: ImageAnswer, known: string | undefined): FastifyReply {
  if (answer.kind !== 'IMAGE') {
    const [status, code, message] = REFUSALS[answer.kind];
    return reply.code(status).header('cache-control', 'no-store').send(errorBody(code, message));
  }
  reply.headers({ etag: answer.etag, 'cache-control': KEEP, 'content-security-policy': POLICY });
  if (isKnown(answer.etag, known)) return reply.code(304).send();
  return reply.type(answer.type).send(answer.bytes);
}

/** If-None-Match compares weakly (RFC 9110 13.1.2). */
function isKnown(etag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
