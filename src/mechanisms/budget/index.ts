export type { Budget, BudgetOptions, Grant } from './budget';
export { createBudget } from './budget';
