export { createFaults } from './faults';
export type { Fault, Faults } from './faults';
export { listen } from './listener';
export { openRequestLog } from './request-log';
export type { ReceivedCall, RequestLog } from './request-log';
