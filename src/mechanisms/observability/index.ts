export { bind } from './async-context';
export { createLogger, flushLog } from './logger';
export type { Logger } from './logger';
export { createMetrics } from './metrics';
export type { Metrics } from './metrics';
export { createObserver } from './observer';
export type { Observer, Recording, TracedStep } from './observer';
