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

type Explain = (database: Queryable, sql: string, values?: readonly unknown[]) => Promise<PlanNode[]>;
const explaining =
  (options: string): Explain =>
  async (database, sql, values) => {
    const rows = await database.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`explain (${options}) ${sql}`, values);
    return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => nodesOf(plan)));
  };

export const explain = explaining('format json');
/** The plan that a connection keeps of a prepared statement, whatever is asked for: made while there are as many rows as now. */
const explainKept: Explain = (database, sql) => explaining('format json, generic_plan')(database, sql);

type Ask = (explaining: Transaction) => Promise<unknown>;

/** The plans of what `ask` asks, step by step. It is answered with nothing. */
export const plansOf = (database: Queryable, ask: Ask): Promise<PlanNode[]> => plansBy(explain, database, ask);

/** The same, as connections keep them of prepared statements. */
export const keptPlansOf = (database: Queryable, ask: Ask): Promise<PlanNode[]> => plansBy(explainKept, database, ask);

async function plansBy(explained: Explain, database: Queryable, ask: Ask): Promise<PlanNode[]> {
  const plans: PlanNode[] = [];
  let last = Promise.resolve();
  const note = (sql: string, values?: readonly unknown[]) =>
    (last = last.then(async () => void plans.push(...(await explained(database, sql, values)))));
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
