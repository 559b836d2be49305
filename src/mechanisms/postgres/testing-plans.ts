import type { Queryable, Transaction } from './database';

/** Rows that a list has when its plan is looked at; PLAN_ROWS asks for another number. */
export const PLAN_ROWS = Number(process.env.PLAN_ROWS ?? 100_000);

/** A step of a plan, as `explain (format json)` tells it. */
export interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

export async function explain(database: Queryable, sql: string, values: readonly unknown[] = []): Promise<PlanNode[]> {
  const rows = await database.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`explain (format json) ${sql}`, values);
  return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => nodesOf(plan)));
}

/** The plans of what `ask` asks, step by step. It is answered with nothing. */
export async function plansOf(
  database: Queryable,
  ask: (explaining: Transaction) => Promise<unknown>,
): Promise<PlanNode[]> {
  const plans: PlanNode[] = [];
  let last = Promise.resolve();
  const note = (sql: string, values?: readonly unknown[]) =>
    (last = last.then(async () => void plans.push(...(await explain(database, sql, values)))));
  await ask({
    async query(sql, values) {
      await note(sql, values);
      return [];
    },
    async prepared({ text }, values) {
      await note(text, values);
      return [];
    },
    send: (statement, values) => void note(typeof statement === 'string' ? statement : statement.text, values),
  });
  await last;
  return plans;
}

/** What a list must not do, in the words of the plan: read a whole table, or sort. */
export function shortcomings(plans: readonly PlanNode[]): string[] {
  return plans.map((node) => node['Node Type']).filter((type) => type === 'Seq Scan' || type.endsWith('Sort'));
}

export const indexesOf = (plans: readonly PlanNode[]): string[] => plans.flatMap((node) => node['Index Name'] ?? []);
