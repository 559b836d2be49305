export { createExecutor } from './executor';
export type { Executable, Executor } from './executor';
