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

export function createExecutor(schema: GraphQLSchema): Executor {
  const compiled = new WeakMap<OperationDefinitionNode, CompiledOperation>();
  return (executable) => {
    const { document, operation, rootValue, contextValue, coercedValues } = executable;
    if (operation.operation === 'mutation') return execute({ ...executable, schema }) as Promise<ExecutionResult>;
    let run = compiled.get(operation);
    if (!run) compiled.set(operation, (run = compileOperation(schema, document, operation)));
    return run({ rootValue, contextValue, variableValues: coercedValues });
  };
}
