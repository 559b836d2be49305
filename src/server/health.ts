import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Who is asked and does not say is not ready: those who watch a process do not wait for ever. Sooner than our load balancer takes it for frozen. */
const READY_MS = 1_500;
const SILENT = 'its parts do not answer';

/** What keeps a process from taking traffic, in words for an operator; null: nothing. Anybody may read it. */
export type Obstacle = string | null;

/** For whoever watches the process, without a token. An error's own words stay inside. */
export function mountHealth(fastify: FastifyInstance, obstacle: () => Promise<Obstacle>): void {
  fastify.get('/health/live', () => ({ status: 'live' }));
  fastify.get('/health/ready', async (_request, reply) => {
    const reason = await Promise.race([obstacle(), delay(READY_MS, SILENT, { ref: false })]).catch(() => SILENT);
    return reply
      .code(reason === null ? 200 : 503)
      .send(reason === null ? { status: 'ready' } : { status: 'not ready', reason });
  });
}
