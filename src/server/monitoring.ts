import { fastify as createFastify } from 'fastify';
import type { Metrics } from '../mechanisms/observability';
import type { Obstacle } from './health';
import { mountHealth } from './health';
import type { Address } from './listen';
import { listen } from './listen';

export interface MonitoringOptions {
  /** What keeps this process from its work; null: nothing. */
  obstacle: () => Promise<Obstacle>;
  metrics: Metrics;
}

export interface MonitoringDoor {
  address: Address;
  close(): Promise<void>;
}

/**
 * For whoever watches a process, whatever it does: /health/live, /health/ready and /metrics, on a port of its own and without a token. Numbers and names of parts
 * of this program are all that it tells, but it is no port for the internet.
 */
export async function openMonitoring({ obstacle, metrics }: MonitoringOptions, at: Address): Promise<MonitoringDoor> {
  const fastify = createFastify();
  mountHealth(fastify, obstacle);
  fastify.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.expose();
    return reply.type(contentType).send(text);
  });
  const address = await listen(fastify, at, 'METRICS_PORT');
  metrics.addProcess();
  return {
    address,
    async close() {
      fastify.server.closeAllConnections();
      await fastify.close();
    },
  };
}
