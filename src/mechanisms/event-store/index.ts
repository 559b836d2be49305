export * from './event';
export * from './event-store';
export * from './decider';
export * from './codecs';
export * from './command-context';
export * from './command-handling';
export * from './position';
export { wholeLog } from './whole-log';
export { monitorAppends } from './monitoring';
