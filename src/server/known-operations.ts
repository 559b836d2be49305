import type { FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationContext } from './context';
import type { Documents } from './documents';
import type { OperationRequest } from './operation';
import { admitOperation, runOperation, tellResult } from './operation';
import type { Refusal } from './refusal';
import { refusalOf } from './refusal';
import type { SessionOptions } from './websocket-session';

/** Answers without Apollo what it has answered before, byte for byte alike. */
export interface KnownOperations {
  /** Undefined: nothing was executed, and Apollo has to answer. */
  answer(request: FastifyRequest, openContext: () => Promise<OperationContext>): Promise<Answer | undefined>;
  /** Learns from an answer of Apollo how clients of this kind are answered. */
  learn(request: FastifyRequest, reply: FastifyReply): void;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface Outcome extends Refusal {
  body: string;
}

/** Values of `accept` that are remembered; programs have few. */
const MOST_ACCEPTS = 100;

/**
 * A POST of a document that is known, for clients whose `accept` is known. Errors of variables, and whatever else is unusual, are left to Apollo. What is
 * refused or fails is told here: Apollo would charge again.
 */
export function createKnownOperations(gate: SessionOptions): KnownOperations {
  const { documents, operations, translate } = gate;
  /** What Apollo answered clients with, by their `accept`: what it negotiates is said in one place. */
  const types = new LRUCache<string, string>({ max: MOST_ACCEPTS });

  async function run(request: OperationRequest, context: OperationContext): Promise<Outcome | undefined> {
    const record = operations.begin('HTTP');
    try {
      const prepared = await admitOperation(gate, { request, record, openContext: () => Promise.resolve(context) });
      if (Array.isArray(prepared)) return undefined;
      return { status: 200, body: bodyOf(tellResult(prepared, await runOperation(prepared), translate)) };
    } catch (error) {
      record.end([error]);
      return { ...(refusalOf(error) ?? { status: 500 }), body: bodyOf({ errors: [translate(error)] }) };
    }
  }

  return {
    async answer(http, openContext) {
      const type = types.get(http.headers.accept ?? '');
      const request = readRequest(http);
      if (!type || !request || !isKnown(documents, request)) return undefined;
      const context = await openContext().catch(() => undefined); // Apollo tells who failed to say who asks
      const outcome = context && (await run(request, context));
      return outcome && { ...outcome, headers: { ...outcome.headers, 'content-type': type } };
    },
    learn(http, reply) {
      const type = reply.getHeader('content-type');
      const request = readRequest(http);
      if (reply.statusCode !== 200 || typeof type !== 'string' || !request || !isKnown(documents, request)) return;
      types.set(http.headers.accept ?? '', type);
    },
  };
}

const bodyOf = (told: object): string => `${JSON.stringify(told)}\n`;

function isKnown(documents: Documents, { query, operationName }: OperationRequest): boolean {
  const known = documents.known(query);
  const operation = known && getOperationAST(known.document, operationName);
  return !!operation && operation.operation !== 'subscription';
}

/** Undefined for whatever is not as usual. */
function readRequest({ method, body }: FastifyRequest): OperationRequest | undefined {
  if (method !== 'POST' || !isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || (operationName != null && typeof operationName !== 'string')) return undefined;
  if (variables != null && !isRecord(variables)) return undefined;
  // What clients tell of themselves there means nothing here; a persisted query is Apollo's.
  if (extensions != null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return undefined;
  return { query, operationName, variables };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
