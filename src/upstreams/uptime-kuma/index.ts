export { createUptimeKumaClient } from './client';
export type * from './uptime-kuma';
