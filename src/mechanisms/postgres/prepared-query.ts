import type { Connection, Submittable } from 'pg';
import { Query } from 'pg';
import { sqlStateOf } from './sql-state';

/** What `pg` has of a query and of a connection, and its types do not. */
interface Internals {
  name: string;
  callback: (error: Error | undefined, result: { rows: object[] }) => void;
  _result: Layout;
  _accumulateRows: boolean;
  submit(connection: Connection): void;
  prepare(connection: Connected): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}
interface Connected extends Connection {
  /** Text by name, of what the server said that it prepared. */
  parsedStatements: Partial<Record<string, string>>;
}
/** How the text of a row becomes an object. */
interface Layout {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

const PgQuery = Query as unknown as new (text: string, values: readonly unknown[]) => Internals;

/** "There is no such prepared statement". */
const NOT_THERE = '26000';
/** "Current transaction is aborted": a statement before this one failed. */
export const ABORTED = '25P02';

/** What is kept of a connection. */
interface Described {
  layouts: Map<string, Layout>;
  /** The connection, but for what `pg` does when values cannot be sent: it takes the statement back, and believes that it is there. */
  keeping: Connected;
  /** The same, which does not ask what rows are like. */
  silently: Connected;
}
const described = new WeakMap<Connection, Described>();

/**
 * A named statement's run. `pg` asks with each run what the rows will be like, which is a tenth of what a small statement costs this process; but a
 * prepared statement's rows never change: the server refuses to run it then. So it is asked once a connection.
 */
export class PreparedQuery extends PgQuery implements Submittable {
  private connection: Connected | undefined;

  readonly answer: Promise<object[]>;

  constructor(name: string, text: string, values: readonly unknown[]) {
    super(text, values);
    this.name = name;
    this.answer = new Promise((resolve, reject) => {
      this.callback = (error, result) => (error ? reject(error) : resolve(result.rows));
    });
  }

  /** What to tell of an error: it names who asked, and a statement that went out behind one that was to prepare it, and failed, says so. */
  failureFor(error: unknown): unknown {
    if (sqlStateOf(error) === NOT_THERE && this.connection?.parsedStatements[this.name] === undefined) {
      return Object.assign(new Error('a statement before this one failed', { cause: error }), { code: ABORTED });
    }
    if (error instanceof Error) Error.captureStackTrace(error); // the stack was that of the socket
    return error;
  }

  override prepare(connection: Connected): void {
    this.connection = connection;
    const { layouts, keeping, silently } = describedOf(connection);
    const layout = layouts.get(this.name);
    if (!layout) return super.prepare(keeping);
    Object.assign(this._result, layout);
    this._accumulateRows = true;
    super.prepare(silently);
  }

  override handleCommandComplete(message: unknown, connection: Connected): void {
    const { layouts } = describedOf(connection);
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    if (!layouts.has(this.name)) layouts.set(this.name, { fields, _parsers, _prebuiltEmptyResultObject });
    super.handleCommandComplete(message, connection);
  }
}

function describedOf(connection: Connected): Described {
  let known = described.get(connection);
  if (!known) {
    const nothing = { value: () => undefined };
    const keeping = Object.create(connection, { close: nothing }) as Connected;
    const silently = Object.create(keeping, { describe: nothing }) as Connected;
    described.set(connection, (known = { layouts: new Map(), keeping, silently }));
  }
  return known;
}
