/** What read models and mechanisms speak SQL through: parameters only, a name for metrics and logs. */
export interface Queryable {
  /** Runs one statement; rows as objects, bigint columns (int8) as strings. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A pool. `transaction` gives one connection for the whole of `work`, rolls back when it throws. */
export interface Database extends Queryable {
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
