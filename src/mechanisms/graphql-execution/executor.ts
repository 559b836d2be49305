import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { execute } from 'graphql';
import type { CompiledOperation } from './compile';
import { compileOperation } from './compile';

/** An operation of a document that is valid, with the values of its variables in both forms. */
export interface Executable extends Omit<ExecutionArgs, 'schema'> {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As `getVariableValues` of graphql-js makes them of `variableValues`. */
  coercedValues: Record<string, unknown>;
}

/** Executes as `execute` of graphql-js does, and faster when it sees the operation (the same object) again. */
export type Executor = (operation: Executable) => ExecutionResult | Promise<ExecutionResult>;

/**
 * Nodes of all plans together: a plan has those of a fragment at each place where it is spread, however short the text is. When there are more, all are
 * forgotten, and made again as they are asked for. A node takes up to 1 KB.
 */
const MOST_NODES = 40_000;

export function createExecutor(schema: GraphQLSchema, mostNodes = MOST_NODES): Executor {
  let compiled = new WeakMap<OperationDefinitionNode, CompiledOperation>();
  let planned = 0;
  function countPlanned(nodes: number): void {
    planned += nodes;
    if (planned > mostNodes) [compiled, planned] = [new WeakMap(), 0];
  }
  return (executable) => {
    const { operation, rootValue, contextValue, coercedValues } = executable;
    if (operation.operation === 'mutation') return execute({ ...executable, schema }) as Promise<ExecutionResult>;
    let run = compiled.get(operation);
    if (!run) compiled.set(operation, (run = compileOperation(schema, executable, countPlanned)));
    return run({ rootValue, contextValue, variableValues: coercedValues });
  };
}
