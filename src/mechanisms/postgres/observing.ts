import type { Pool, PoolClient } from 'pg';
import type { Observer } from '../observability';
import { statementName } from './statement-name';

/** Times what a pool is asked for. */
export interface PoolWatch {
  connect(): Promise<PoolClient>;
  statement<Answer>(sql: string, ask: () => Promise<Answer>): Promise<Answer>;
}

/** Tells how busy a pool is, how long it lets wait, and each of its statements; without an observer it only asks. */
export function watchPool(pool: Pool, name: string, observer: Observer | undefined): PoolWatch {
  if (!observer) return { connect: () => pool.connect(), statement: (_sql, ask) => ask() };
  const { metrics } = observer;
  metrics.gauge({
    name: 'medianest_database_connections',
    help: 'Connections of a pool that are lent, those that are free, and callers that wait for one.',
    labels: ['pool', 'state'],
    read: () => [
      { labels: { pool: name, state: 'busy' }, value: pool.totalCount - pool.idleCount },
      { labels: { pool: name, state: 'idle' }, value: pool.idleCount },
      { labels: { pool: name, state: 'waiting' }, value: pool.waitingCount },
    ],
  });
  const wait = metrics.histogram({
    name: 'medianest_database_acquire_seconds',
    help: 'How long a caller waits for a connection.',
    labels: ['pool'],
  });
  return {
    async connect() {
      const startedAt = performance.now();
      try {
        return await pool.connect();
      } finally {
        wait.observe({ pool: name }, (performance.now() - startedAt) / 1_000);
      }
    },
    async statement(sql, ask) {
      const startedAt = performance.now();
      const told = (outcome: string): void =>
        observer.step({
          kind: 'SQL',
          of: name,
          what: sql,
          name: statementName(sql),
          outcome,
          ms: performance.now() - startedAt,
        });
      try {
        const answer = await ask();
        told('OK');
        return answer;
      } catch (error) {
        told('FAILED');
        throw error;
      }
    },
  };
}
