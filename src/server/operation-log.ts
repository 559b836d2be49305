import type { OperationDefinitionNode } from 'graphql';
import type { Logger, Metrics, Observer, Recording, TracedStep } from '../mechanisms/observability';
import type { OperationContext } from './context';
import { codeOf } from './errors';

export type Transport = 'HTTP' | 'WEBSOCKET' | 'EVENT_STREAM';

/** What is known of an operation, once it is known. Neither variables nor tokens are. */
export interface OperationFacts {
  operation?: OperationDefinitionNode;
  /** SHA-256 of the document's text. */
  hash?: string;
  context?: OperationContext;
  cost?: { requested: number; actual: number } | undefined;
}

/** One operation on its way, from the request to its last answer. */
export interface OperationRecord {
  readonly facts: OperationFacts;
  /** Runs a part of it: what that asks for is counted for this operation. */
  run<Result>(work: () => Result): Result;
  /** What it asked for so far, if its caller may see that. */
  trace(): readonly TracedStep[] | undefined;
  /** A result as it is told. It is the last one, unless results are streamed. */
  result(errors?: readonly unknown[]): void;
  /** From now on it is at work until `end` is called. */
  stream(): void;
  /** Writes the line and counts it; the first time only. With what its caller is told to be wrong. */
  end(errors?: readonly unknown[]): void;
}

export interface OperationLog {
  begin(transport: Transport): OperationRecord;
  /** Runs what may come to be an operation that `begin` is called in. */
  run<Result>(work: () => Result): Result;
}

export interface OperationLogParts {
  observer: Observer;
  /** Admins see what their operations do. */
  traces: boolean;
  log: Logger;
}

/** One line in the log for every operation on every transport, and the same as numbers. Names are callers' texts: they are in the log alone. */
export function createOperationLog({ observer, traces, log }: OperationLogParts): OperationLog {
  const counts = register(observer.metrics);
  // What is in a line is listed below, and secret in nothing: looking for secrets in it costs more than all else of it.
  const lines = log.child({}, { redact: [] });
  const open = (): Recording => observer.begin({ trace: traces });
  return {
    run: (work) => observer.record(open(), work),
    begin(transport) {
      const recording = observer.current() ?? open();
      const startedAt = performance.now();
      const facts: OperationFacts = {};
      const codes = new Set<string>();
      let results = 0;
      let streaming = false;
      let over = false;

      function end(errors: readonly unknown[] = []): void {
        if (over) return;
        over = true;
        recording.stop();
        for (const error of errors) codes.add(codeOf(error));
        const ms = performance.now() - startedAt;
        const [code = 'OK'] = codes;
        if (streaming) counts.subscriptionEnded({ transport, code });
        else counts.operations.observe({ transport, kind: facts.operation?.operation ?? 'unknown', code }, ms / 1_000);
        lines.info(
          {
            ...lineOf(facts),
            transport,
            ms: Math.round(ms),
            upstreamCalls: recording.upstreamCalls,
            statements: recording.statements,
            codes: [...codes],
            ...(streaming && { results }),
          },
          'operation',
        );
      }
      return {
        facts,
        end,
        run: (work) => observer.record(recording, work),
        trace: () => (facts.context?.viewer?.role === 'ADMIN' && recording.trace) || undefined,
        result(errors = []) {
          if (!streaming) return end(errors);
          for (const error of errors) codes.add(codeOf(error));
          results += 1;
          counts.results.add({ transport });
        },
        stream() {
          streaming = true;
          counts.subscriptionBegan(transport);
        },
      };
    },
  };
}

function register(metrics: Metrics) {
  const open = new Map<Transport, number>();
  const change = (transport: Transport, by: number) => void open.set(transport, (open.get(transport) ?? 0) + by);
  metrics.gauge({
    name: 'medianest_graphql_subscriptions_open',
    help: 'Subscriptions at work.',
    labels: ['transport'],
    read: () => [...open].map(([transport, value]) => ({ labels: { transport }, value })),
  });
  const ended = metrics.counter({
    name: 'medianest_graphql_subscriptions_ended_total',
    help: 'Subscriptions that have ended, by the code of the first error that they told, or OK.',
    labels: ['transport', 'code'],
  });
  return {
    operations: metrics.histogram({
      name: 'medianest_graphql_operation_seconds',
      help: 'Operations that have one answer, from the request to it, by the code of its first error, or OK.',
      labels: ['transport', 'kind', 'code'],
    }),
    results: metrics.counter({
      name: 'medianest_graphql_subscription_results_total',
      help: 'Results of subscriptions that were told.',
      labels: ['transport'],
    }),
    subscriptionBegan: (transport: Transport) => change(transport, 1),
    subscriptionEnded(labels: { transport: Transport; code: string }) {
      change(labels.transport, -1);
      ended.add(labels);
    },
  };
}

/** A name is a caller's text, of any length, and the caller may be a stranger. */
const NAME_LENGTH = 100;

function lineOf({ operation, hash, context, cost }: OperationFacts): object {
  return {
    operation: operation?.name?.value.slice(0, NAME_LENGTH) ?? null,
    kind: operation?.operation ?? null,
    hash,
    account: context?.viewer?.accountId ?? null,
    correlationId: context?.correlationId,
    ...(cost && { cost: { requested: cost.requested, actual: cost.actual } }),
  };
}
