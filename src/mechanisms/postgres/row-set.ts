import { setImmediate as nextTurn } from 'node:timers/promises';
import { binaryArray, plainArray, quotedArray } from './array-parameters';
import type { Transaction } from './database';
import type { Statement } from './prepared';

/** Of a column, and what a row has in it. */
interface Values {
  text: string | null;
  /** ISO 8601. */
  timestamptz: string | null;
  'text[]': readonly string[];
  json: object;
  integer: number;
  bigint: bigint;
  boolean: boolean;
}
type ColumnType = keyof Values;
type Columns = Record<string, ColumnType>;
type Row<Of extends Columns> = { [Column in keyof Of]: Values[Of[Column]] };

/** Rows that a statement is given, an array for each column: that costs the server half of what the same rows cost as one JSON. */
export interface RowSet<Of extends Columns> {
  /** Their names, as a list of SQL. */
  columns: string;
  /** Gives the rows, in the order of `columns`; its parameters begin at `$first`. */
  select(first?: number): string;
  /** Its parameters. */
  values(rows: readonly Row<Of>[]): unknown[];
  /** Sends rows, however many, through a statement. Those to come are made while the server writes the first. */
  send(tx: Pick<Transaction, 'send'>, through: Through, rows: Iterable<Row<Of>>): Promise<void>;
}

/** A statement whose parameters are `others`, and behind them those of some rows. */
interface Through {
  statement: Statement;
  others?: readonly unknown[];
}

/** In one statement: few enough that the server can begin soon, that others in this process have their turn, and that the socket takes all at once. */
const MOST_ROWS = 100;

export function rowSet<const Of extends Columns>(columns: Of): RowSet<Of> {
  const names = Object.keys(columns);
  const columnOf = (name: string): Column => COLUMNS[columns[name]!];
  const values: RowSet<Of>['values'] = (rows) =>
    names.map((name) => columnOf(name).toArray(rows.map((row) => row[name]) as never));
  return {
    columns: names.join(', '),
    select(first = 1) {
      const given = names.map((name, index) => `$${first + index}::${columnOf(name).sent}[]`);
      const wanted = names.map((name) => `${name}::${columns[name]!}`);
      return `select ${wanted.join(', ')} from unnest(${given.join(', ')}) as given (${names.join(', ')})`;
    },
    values,
    async send(tx, { statement, others = [] }, rows) {
      let some: Row<Of>[] = [];
      for (const row of rows) {
        if (some.length === MOST_ROWS) {
          tx.send(statement, [...others, ...values(some)]);
          some = [];
          await nextTurn();
        }
        some.push(row);
      }
      if (some.length > 0) tx.send(statement, [...others, ...values(some)]);
    },
  };
}

interface Column {
  /** What its values are sent as: one array has no arrays of different lengths in it, and a time needs quotes. */
  sent: string;
  toArray(values: never): unknown;
}

const TEXT = { sent: 'text', toArray: (texts: (string | null)[]) => binaryArray('text', texts) };
const COLUMNS: { [Type in ColumnType]: Column & { toArray(values: Values[Type][]): unknown } } = {
  text: TEXT,
  timestamptz: TEXT,
  'text[]': { sent: 'text', toArray: (lists) => binaryArray('text', lists.map(quotedArray)) },
  json: {
    sent: 'json',
    toArray: (documents) =>
      binaryArray(
        'json',
        documents.map((one) => JSON.stringify(one)),
      ),
  },
  integer: { sent: 'integer', toArray: plainArray },
  bigint: { sent: 'bigint', toArray: plainArray },
  boolean: { sent: 'boolean', toArray: plainArray },
};
