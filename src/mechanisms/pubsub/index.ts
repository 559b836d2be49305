export type { WakeUp, WakeUpMessage } from './wake-up';
export { listen } from './listen';
export { createInProcessWakeUp } from './in-process';
export { createRedisWakeUp } from './redis';
export type { Doorbell } from './doorbell';
export { createDoorbell } from './doorbell';
