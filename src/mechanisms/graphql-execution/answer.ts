import type {
  ExecutionResult,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { locatedError } from 'graphql';

export type Key = string | number;

/** An operation, as all its executions see it. */
export interface Subject {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  rootType: GraphQLObjectType;
  fragments: Record<string, FragmentDefinitionNode>;
}

/** A place in answers: a field, or an entry of a list of it. */
export interface Position {
  nodes: readonly FieldNode[];
  nullable: boolean;
  complete: Complete;
}

/** Puts into a place of the answer what is made of a value. Throws what is to be told of that place. */
export type Complete = (frame: Frame, key: Key, value: unknown) => void;

/** An object of an answer. Without a prototype a key is a key, `__proto__` too; and unlike those of `Object.create(null)` it is as fast as any. */
const Answer = function () {} as unknown as new () => Record<Key, unknown>;
Answer.prototype = Object.create(null) as object;

/** An object or a list of the answer while it is filled, and where it stands. A place of the answer is a frame and a key. */
export class Frame {
  parent: Frame | undefined = undefined;
  key: Key = '';
  /** May it be null where it stands? What is asked for may. */
  nullable = true;
  /** Of an object; a list has none. */
  typeName: string | undefined = undefined;
  /** A null took its place, or that of something around it. */
  dead = false;

  private constructor(
    readonly run: Run,
    readonly value: Record<Key, unknown>,
  ) {}

  static ofAnswer(run: Run, typeName: string): Frame {
    const frame = new Frame(run, new Answer());
    frame.typeName = typeName;
    return frame;
  }

  addObject(key: Key, nullable: boolean, typeName: string): Frame {
    const frame = this.add(key, nullable, new Answer());
    frame.typeName = typeName;
    return frame;
  }

  addList(key: Key, nullable: boolean): Frame {
    return this.add(key, nullable, [] as unknown as Record<Key, unknown>);
  }

  private add(key: Key, nullable: boolean, value: Record<Key, unknown>): Frame {
    const frame = new Frame(this.run, value);
    frame.parent = this;
    frame.key = key;
    frame.nullable = nullable;
    this.value[key] = value;
    return frame;
  }

  /** Puts there what a value or a promise comes to; until then a null keeps the order of keys. */
  place(key: Key, position: Position, value: unknown): void {
    try {
      if (isPromise(value)) this.placeLater(key, position, value);
      else position.complete(this, key, value);
    } catch (error) {
      this.run.fail({ frame: this, key }, position, error);
    }
  }

  private placeLater(key: Key, position: Position, promise: PromiseLike<unknown>): void {
    const { run } = this;
    const settled = Promise.resolve(promise); // one that is not ours may call back twice
    this.value[key] = null;
    run.begun();
    settled.then(
      (value) => {
        if (run.isLost(this)) forget(value);
        else this.place(key, position, value);
        run.ended();
      },
      (error: unknown) => {
        run.fail({ frame: this, key }, position, error);
        run.ended();
      },
    );
  }
}

/** Most values are text and numbers, and are not looked into. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && typeof (value as PromiseLike<unknown> | null)?.then === 'function';

/** Leaves a value that nobody will see. A promise that fails, and that nobody has looked at, would end the process. */
export function forget(value: unknown): void {
  try {
    if (isPromise(value)) Promise.resolve(value).then(forget, () => undefined);
    else if (Array.isArray(value)) value.forEach(forget);
  } catch {
    // nor is it seen what is wrong with it
  }
}

/** Of whatever was thrown, also where that cannot be told: what is thrown may throw when it is looked at. */
function errorAt(cause: unknown, nodes: readonly FieldNode[], path: Key[]): GraphQLError {
  try {
    return locatedError(cause, nodes, path);
  } catch {
    return locatedError(new Error('what was thrown cannot be told'), nodes, path);
  }
}

export interface ExecutionInput {
  rootValue?: unknown;
  contextValue: unknown;
  /** Coerced, as `getVariableValues` of graphql-js gives them. */
  variableValues: Record<string, unknown>;
}

/** One execution on its way. */
export class Run {
  readonly answer: Frame;
  private readonly errors: GraphQLError[] = [];
  private waiting = 0;
  private resolve: ((result: ExecutionResult) => void) | undefined = undefined;

  constructor(
    readonly subject: Subject,
    readonly input: ExecutionInput,
  ) {
    this.answer = Frame.ofAnswer(this, subject.rootType.name);
  }

  /** Tells an error, and puts a null there, or in the place of the innermost of all around that may be null. */
  fail({ frame, key }: { frame: Frame; key: Key }, { nullable, nodes }: Position, cause: unknown): void {
    if (this.isLost(frame)) return;
    this.errors.push(errorAt(cause, nodes, pathTo(frame, key)));
    let at: Frame | undefined = frame;
    let [place, mayBeNull] = [key, nullable];
    while (at && !mayBeNull) {
      at.dead = true;
      [place, mayBeNull, at] = [at.key, at.nullable, at.parent];
    }
    if (at) at.value[place] = null;
  }

  /** Nobody will see what is put there. */
  isLost(frame: Frame): boolean {
    if (this.errors.length === 0) return false;
    for (let at: Frame | undefined = frame; at; at = at.parent) if (at.dead) return true;
    return false;
  }

  begun(): void {
    this.waiting += 1;
  }

  ended(): void {
    this.waiting -= 1;
    if (this.waiting === 0) this.resolve?.(this.result());
  }

  /** The result, or a promise of it when something is waited for. */
  end(): ExecutionResult | Promise<ExecutionResult> {
    if (this.waiting === 0) return this.result();
    return new Promise((resolve) => (this.resolve = resolve));
  }

  private result(): ExecutionResult {
    const { errors, answer } = this;
    const data = answer.dead ? null : (answer.value as Record<string, unknown>);
    return errors.length > 0 ? { errors, data } : { data };
  }
}

function pathTo(frame: Frame, key: Key): Key[] {
  const path = [key];
  for (let at = frame; at.parent; at = at.parent) path.unshift(at.key);
  return path;
}
