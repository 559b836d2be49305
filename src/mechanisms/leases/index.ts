export type { AcquireOptions, Lease, Leases } from './lease';
export type { LeasesParts } from './leases';
export { createLeases, endAllLeases, processLease } from './leases';
