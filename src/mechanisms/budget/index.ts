export type { Budget } from './budget';
export { createBudget } from './budget';
