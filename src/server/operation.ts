import { randomUUID } from 'node:crypto';
import type { DocumentNode, ExecutionArgs, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { getOperationAST, getVariableValues, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { createLoaderScope } from '../mechanisms/batching';
import type { AccessCheck } from './access';
import type { OperationContext, Viewer } from './context';
import { limitRules, LIMITS } from './limits';

/** What a client sends, whatever carries it. */
export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** The context of one operation, or of one event of a subscription. */
export function createContext(viewer: Viewer | null): OperationContext {
  return { viewer, loaders: createLoaderScope(), correlationId: randomUUID() };
}

/** What stands between any request and its execution. */
export interface OperationGate {
  schema: GraphQLSchema;
  checkAccess: AccessCheck;
}

export interface PreparedOperation extends ExecutionArgs {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/**
 * Parses, validates, bounds and authorises an operation that does not come through Apollo, with the same rules and codes.
 * Throws Unauthenticated or Forbidden; errors of the document are returned.
 */
export function prepareOperation(
  { schema, checkAccess }: OperationGate,
  request: OperationRequest,
  viewer: Viewer | null,
): PreparedOperation | GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(request.query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return [coded(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')];
  }
  const invalid = validate(schema, document, [...specifiedRules, ...limitRules]);
  if (invalid.length > 0) return invalid.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, request.operationName);
  if (!operation) return [coded(new GraphQLError('which operation?'), 'OPERATION_RESOLUTION_FAILURE')];
  checkAccess(document, operation, viewer);
  const variableValues = request.variables ?? {};
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues, { maxErrors: 50 });
  if (errors) return errors.map((error) => coded(error, 'BAD_USER_INPUT'));
  return { schema, document, operation, operationName: request.operationName, variableValues };
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code } });
}
