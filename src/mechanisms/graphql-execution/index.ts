export { compileOperation } from './compile';
export { createExecutor } from './executor';
export type { Executable, Executor } from './executor';
