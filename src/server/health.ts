import type { FastifyInstance } from 'fastify';

/** For whoever watches the process, without a token: says yes or no and nothing else. */
export function mountHealth(fastify: FastifyInstance, ready: () => Promise<boolean>): void {
  fastify.get('/health/live', () => ({ status: 'live' }));
  fastify.get('/health/ready', async (_request, reply) => {
    const isReady = await ready().catch(() => false);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
}
