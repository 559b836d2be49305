import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisConnections } from '../redis';

/** What one payer may use: so many points, which come back as time passes. */
export interface Budget {
  /** Points a second that come back, seen over a whole period. */
  readonly restoreRate: number;
  /** Takes these points, all or none. Never throws: without Redis each process counts for itself. */
  charge(payer: string, points: number): Promise<Grant>;
  /** Gives back what was taken and not used. */
  refund(payer: string, points: number): void;
}

export interface Grant {
  granted: boolean;
  /** What is left, of the whole budget. */
  available: number;
  /** When the whole budget is there again. */
  fullAt: Date;
}

export interface BudgetOptions {
  /** Points that a payer has in one period. */
  capacity: number;
  /** Points a second: a period is as long as they need to fill the budget. */
  restoreRate: number;
  /** Absent: counted in this process alone. */
  redis?: RedisConnections;
}

/** Periods begin with the first point that is taken, for each payer. */
export function createBudget({ capacity, restoreRate, redis }: BudgetOptions): Budget {
  const period = { points: capacity, duration: Math.max(1, Math.round(capacity / restoreRate)) };
  const memory = new RateLimiterMemory(period);
  const limiter = redis
    ? new RateLimiterRedis({
        ...period,
        storeClient: redis.commands,
        keyPrefix: `${redis.prefix}budget`,
        insuranceLimiter: memory,
        rejectIfRedisNotReady: true,
      })
    : memory;
  const refund = (payer: string, points: number): void => {
    limiter.reward(payer, points).catch(() => undefined); // it comes back with time
  };
  const grant = (granted: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Grant => ({
    granted,
    available: Math.min(remainingPoints, capacity),
    fullAt: new Date(Date.now() + msBeforeNext),
  });

  return {
    restoreRate,
    refund,
    async charge(payer, points) {
      try {
        return grant(true, await limiter.consume(payer, points));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        refund(payer, points); // it counts what it refuses
        const available = Math.max(0, capacity - (refusal.consumedPoints - points));
        return { ...grant(false, refusal), available };
      }
    },
  };
}
