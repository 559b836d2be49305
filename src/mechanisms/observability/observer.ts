import { createAsyncContext } from './async-context';
import type { Metrics } from './metrics';
import { createMetrics } from './metrics';

/** Something that was asked of outside of our own memory. */
export interface Step {
  kind: 'UPSTREAM' | 'SQL' | 'CACHE' | 'APPEND';
  /** Of whom: an upstream, a pool, a connection, a store. */
  of: string;
  /** A method and path, a statement, a kind of thing, types of events; never a value. */
  what: string;
  /** What statements are counted by: a few words of ours. */
  name?: string;
  /** One of a few words: a status, a kind of failure, a hit. */
  outcome: string;
  ms: number;
}

export interface TracedStep extends Step {
  /** Milliseconds from the beginning of the recording to the end of the step. */
  endedAtMs: number;
}

/** The steps of one operation. */
export interface Recording {
  readonly startedAt: number;
  readonly upstreamCalls: number;
  readonly statements: number;
  /** The steps themselves, the first TRACED of them; null: nobody wants to see them. */
  readonly trace: TracedStep[] | null;
  /** From now on nothing is written down: what outlives the operation is not its own. */
  stop(): void;
}

/** Where mechanisms tell what they did: for the numbers of the process, and for the operation that it was done for. */
export interface Observer {
  readonly metrics: Metrics;
  step(step: Step): void;
  begin(options: { trace: boolean }): Recording;
  /** Runs `work` so that steps of it, and of all that it waits for, belong to the recording. */
  record<Result>(recording: Recording, work: () => Result): Result;
  /** The recording that the caller runs in. */
  current(): Recording | undefined;
}

const TRACED = 200;

interface OpenRecording extends Recording {
  upstreamCalls: number;
  statements: number;
  over: boolean;
}

export function createObserver(): Observer {
  const metrics = createMetrics();
  const count = register(metrics);
  const running = createAsyncContext<OpenRecording>();
  return {
    metrics,
    step(step) {
      count(step);
      const recording = running.current();
      if (recording && !recording.over) write(recording, step);
    },
    begin({ trace }) {
      const recording: OpenRecording = {
        startedAt: performance.now(),
        upstreamCalls: 0,
        statements: 0,
        trace: trace ? [] : null,
        over: false,
        stop: () => void (recording.over = true),
      };
      return recording;
    },
    record: (recording, work) => running.run(recording as OpenRecording, work),
    current: () => running.current(),
  };
}

function write(recording: OpenRecording, step: Step): void {
  if (step.kind === 'UPSTREAM') recording.upstreamCalls += 1;
  if (step.kind === 'SQL') recording.statements += 1;
  const { trace, startedAt } = recording;
  if (trace && trace.length < TRACED) trace.push({ ...step, endedAtMs: performance.now() - startedAt });
}

function register(metrics: Metrics) {
  const upstream = metrics.histogram({
    name: 'medianest_upstream_call_seconds',
    help: 'Calls to services around us; the outcome is a status or a kind of failure.',
    labels: ['upstream', 'outcome'],
  });
  const sql = metrics.histogram({
    name: 'medianest_database_statement_seconds',
    help: 'Statements, by verb and table, from when they had a connection.',
    labels: ['pool', 'statement', 'outcome'],
  });
  const cache = metrics.counter({
    name: 'medianest_cache_reads_total',
    help: 'Reads of what is kept of upstreams.',
    labels: ['connection', 'outcome'],
  });
  return ({ kind, of, name = '', outcome, ms }: Step): void => {
    if (kind === 'UPSTREAM') upstream.observe({ upstream: of, outcome }, ms / 1_000);
    else if (kind === 'SQL') sql.observe({ pool: of, statement: name, outcome }, ms / 1_000);
    else if (kind === 'CACHE') cache.add({ connection: of, outcome }); // appends are counted where they are made
  };
}
