import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Who is asked and does not say is not ready: those who watch a process do not wait for ever. */
const READY_MS = 2_000;

/** For whoever watches the process, without a token: says yes or no and nothing else. */
export function mountHealth(fastify: FastifyInstance, ready: () => Promise<boolean>): void {
  fastify.get('/health/live', () => ({ status: 'live' }));
  fastify.get('/health/ready', async (_request, reply) => {
    const isReady = await Promise.race([ready(), delay(READY_MS, false, { ref: false })]).catch(() => false);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
}
