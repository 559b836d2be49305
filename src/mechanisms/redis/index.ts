export type { RedisConnections } from './redis';
export { createRedisConnections } from './redis';
export type { PrivateRedis } from './private-server';
export { startPrivateRedis } from './private-server';
