import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Budget } from '../mechanisms/budget';
import { CostExceeded, RateLimited } from '../mechanisms/errors';
import type { OperationContext } from './context';
import type { Variables } from './cost';
import { createCostMeter, objectsIn } from './cost';

/** What operations may cost: one alone, and all of one account as time goes. */
export interface CostLimits {
  perOperation: number;
  budget: Budget;
}

export interface ChargedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Variables;
}

/** What one operation was charged. */
export interface Bill {
  /** Gives back what the answer did not need, and tells `extensions.cost`. */
  settle(data: unknown): { requested: number; actual: number; available: number; restoreRate: number };
}

/** Takes the price of an operation from whoever asks. Throws CostExceeded, RateLimited, or InvalidInput for a page too large. */
export type Charge = (operation: ChargedOperation, context: OperationContext) => Promise<Bill>;

export function createCharge(schema: GraphQLSchema, { perOperation, budget }: CostLimits): Charge {
  const costOf = createCostMeter(schema);
  return async ({ document, operation, variables }, { viewer, address }) => {
    const requested = costOf(document, operation, variables);
    if (requested > perOperation) throw new CostExceeded(requested, perOperation);
    // Who is not signed in has no account to take it from.
    const payer = viewer?.accountId ?? `stranger ${address}`;
    const { granted, available, fullAt } = await budget.charge(payer, requested);
    if (!granted) throw new RateLimited(requested, available, fullAt);
    return {
      settle(data) {
        const actual = Math.min(requested, Math.max(1, objectsIn(data)));
        const unused = requested - actual;
        if (unused > 0) budget.refund(payer, unused);
        return { requested, actual, available: available + unused, restoreRate: budget.restoreRate };
      },
    };
  };
}
