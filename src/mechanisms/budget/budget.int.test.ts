import { describeWithOwnRedis } from '../redis/testing';
import type { Budget } from '.';
import { createBudget } from '.';

/** The clock of the counter is the real one: budgets of one second. */
function contract(create: (capacity: number, restoreRate: number) => Budget) {
  it('grants until it is used up, and says what is left', async () => {
    const budget = create(20, 1);
    expect(await budget.charge('ben', 12)).toMatchObject({ granted: true, available: 8 });
    const refused = await budget.charge('ben', 9);
    expect(refused).toMatchObject({ granted: false, available: 8 });
    const ahead = refused.fullAt.getTime() - Date.now();
    expect(ahead).toBeGreaterThan(15_000);
    expect(ahead).toBeLessThanOrEqual(20_000);
  });

  it('takes nothing for what it refuses', async () => {
    const budget = create(20, 1);
    await budget.charge('ben', 12);
    for (let n = 0; n < 10; n += 1) expect(await budget.charge('ben', 9)).toMatchObject({ granted: false });
    expect(await budget.charge('ben', 8)).toMatchObject({ granted: true, available: 0 });
  });

  it('is each payer’s own', async () => {
    const budget = create(20, 1);
    await budget.charge('ben', 20);
    expect(await budget.charge('cleo', 20)).toMatchObject({ granted: true });
  });

  it('takes back what was not used', async () => {
    const budget = create(20, 1);
    await budget.charge('ben', 20);
    budget.refund('ben', 15);
    expect(await budget.charge('ben', 15)).toMatchObject({ granted: true, available: 0 });
  });

  it('is full again after its period', async () => {
    const budget = create(20, 20);
    await budget.charge('ben', 20);
    const { granted, fullAt } = await budget.charge('ben', 1);
    expect(granted).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, fullAt.getTime() - Date.now() + 20));
    expect(await budget.charge('ben', 20)).toMatchObject({ granted: true, available: 0 });
  });

  it('is not exceeded by those who come at once', async () => {
    const budget = create(20, 1);
    const grants = await Promise.all(Array.from({ length: 50 }, () => budget.charge('ben', 1)));
    expect(grants.filter(({ granted }) => granted)).toHaveLength(20);
  });
}

describe('in memory', () => contract((capacity, restoreRate) => createBudget({ capacity, restoreRate })));

describeWithOwnRedis('in Redis', (redis) => {
  let tests = 0;
  const connect = async () => {
    const connections = redis.connect();
    await connections.commands.ping().catch(() => new Promise((ready) => connections.commands.once('ready', ready)));
    return connections;
  };
  let connections: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => {
    connections = await connect();
  });
  const own = () => ({ ...connections, prefix: `${connections.prefix}${(tests += 1)}:` });
  contract((capacity, restoreRate) => createBudget({ capacity, restoreRate, redis: own() }));

  it('is one for all processes', async () => {
    const [here, there] = [connections, await connect()].map((pair) =>
      createBudget({ capacity: 20, restoreRate: 1, redis: pair }),
    );
    await here?.charge('ben', 15);
    expect(await there?.charge('ben', 6)).toMatchObject({ granted: false, available: 5 });
  });

  it('is counted in the process while Redis is away', async () => {
    const budget = createBudget({ capacity: 20, restoreRate: 1, redis: own() });
    await redis.stop();
    expect(await budget.charge('ben', 20)).toMatchObject({ granted: true, available: 0 });
    expect(await budget.charge('ben', 1)).toMatchObject({ granted: false });
    await redis.start();
  });
});
