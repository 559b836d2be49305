export type { WakeUp, WakeUpMessage } from './wake-up';
export { createInProcessWakeUp } from './in-process';
export type { Doorbell } from './doorbell';
export { createDoorbell } from './doorbell';
