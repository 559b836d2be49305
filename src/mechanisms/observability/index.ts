export { bind } from './following';
export { createLogger, flushLog } from './logger';
export type { Logger, LoggerOptions } from './logger';
export { createMetrics } from './metrics';
export type { Count, Metric, Metrics, Reading, Spread } from './metrics';
export { createObserver } from './observer';
export type { Observer, Recording, Step, TracedStep } from './observer';
