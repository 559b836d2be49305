export type { Lease, Leases } from './lease';
export { createLeases, endAllLeases, processLease } from './leases';
