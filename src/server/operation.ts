import { randomUUID } from 'node:crypto';
import type { DocumentNode, ExecutionResult, FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { getOperationAST, getVariableValues, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { createLoaderScope } from '../mechanisms/batching';
import type { Executable, Executor } from '../mechanisms/graphql-execution';
import type { AccessCheck } from './access';
import type { OperationContext, Viewer } from './context';
import type { TranslateError } from './errors';
import type { Bill, Charge } from './charge';
import type { Documents } from './documents';
import { hashOf } from './documents';
import { limitRules, LIMITS, onlyOfRepetition } from './limits';
import type { OperationRecord } from './operation-log';

/** What a client sends, whatever carries it. */
export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** The context of one operation, or of one event of a subscription. */
export function createContext(viewer: Viewer | null, address?: string): OperationContext {
  return { viewer, loaders: createLoaderScope(), correlationId: randomUUID(), ...(address && { address }) };
}

/** What stands between any request and its execution. */
export interface OperationGate {
  schema: GraphQLSchema;
  documents: Documents;
  checkAccess: AccessCheck;
  charge: Charge;
  execute: Executor;
}

export interface PreparedOperation extends Executable {
  schema: GraphQLSchema;
  execute: Executor;
  contextValue: OperationContext;
  bill: Bill;
  record: OperationRecord;
  /** A context of its own for each event of a subscription, when the caller still may see it; else it throws. */
  contextForEvent(): Promise<OperationContext>;
}

/** An operation as it came in. */
export interface IncomingOperation {
  request: OperationRequest;
  record: OperationRecord;
  /** Who asks, as of now; throws Unauthenticated when it is nobody any more. */
  openContext: () => Promise<OperationContext>;
}

/**
 * Parses, validates, bounds, authorises and charges an operation of a socket or a stream, with the same rules and codes as Apollo's.
 * Throws Unauthenticated, Forbidden, CostExceeded or RateLimited; errors of the document are returned. Either ends the record.
 */
export async function prepareOperation(
  gate: OperationGate,
  incoming: IncomingOperation,
): Promise<PreparedOperation | GraphQLError[]> {
  const { record } = incoming;
  try {
    const prepared = await record.run(() => admitOperation(gate, incoming));
    if (Array.isArray(prepared)) record.end(prepared);
    return prepared;
  } catch (error) {
    record.end([error]);
    throw error;
  }
}

/** The same, but the record goes on. */
export async function admitOperation(
  { schema, documents, checkAccess, charge, execute }: OperationGate,
  { request, record, openContext }: IncomingOperation,
): Promise<PreparedOperation | GraphQLError[]> {
  const { query: text, operationName } = request;
  const known = documents.known(text);
  const hash = (record.facts.hash = known?.hash ?? hashOf(text));
  const contextValue = (record.facts.context = await openContext());
  const document = known?.document ?? readDocument(schema, text);
  if (Array.isArray(document)) return document;
  const operation = getOperationAST(document, operationName);
  if (!operation) return [coded(new GraphQLError('which operation?'), 'OPERATION_RESOLUTION_FAILURE')];
  record.facts.operation = operation;
  checkAccess(document, operation, contextValue.viewer);
  const variableValues = request.variables ?? {};
  const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues, {
    maxErrors: 50,
  });
  if (errors) return errors.map((error) => coded(error, 'BAD_USER_INPUT'));
  const bill = await charge({ document, operation, variables: variableValues }, contextValue);
  documents.keep({ text, hash, document });
  const contextForEvent = async () => {
    const context = await openContext();
    checkAccess(document, operation, context.viewer);
    return context;
  };
  const values = { operationName, variableValues, coercedValues: coerced, contextValue };
  return { schema, document, operation, ...values, bill, record, execute, contextForEvent };
}

function readDocument(schema: GraphQLSchema, text: string): DocumentNode | GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return [coded(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')];
  }
  const invalid = onlyOfRepetition(validate(schema, document, [...specifiedRules, ...limitRules]));
  return invalid.length > 0 ? invalid.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')) : document;
}

export function runOperation(prepared: PreparedOperation): ExecutionResult | Promise<ExecutionResult> {
  return prepared.record.run(() => prepared.execute(prepared));
}

/** A result as clients see it. What an operation cost stands beside its one answer, not beside every event. */
export function tellResult(
  { operation, bill, record }: PreparedOperation,
  { data, errors }: ExecutionResult,
  translate: TranslateError,
): FormattedExecutionResult {
  const cost = operation.operation === 'subscription' ? undefined : bill.settle(data);
  const trace = operation.operation === 'subscription' ? undefined : record.trace();
  record.facts.cost = cost;
  record.result(errors);
  return {
    ...(errors && { errors: errors.map(translate) }),
    ...(data !== undefined && { data }),
    ...(cost && { extensions: { cost, ...(trace && { trace }) } }),
  };
}

export function tooManyOperations(record: OperationRecord): GraphQLError {
  const error = new GraphQLError(`at most ${LIMITS.subscriptionsPerSocket} operations at a time on one connection`, {
    extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
  });
  record.end([error]);
  return error;
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code } });
}
