import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metric<Label extends string> {
  /** Begins with `medianest_` and ends with its unit, by the rules of Prometheus. */
  name: string;
  /** For whoever draws it. */
  help: string;
  /** Their values are few and this program's own, never a caller's text: each combination is kept as long as the process runs. */
  labels: readonly Label[];
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** What only grows. */
export interface Count<Label extends string> {
  add(labels: Labels<Label>, by?: number): void;
}

/** How values are spread, in seconds unless the metric says otherwise. */
export interface Spread<Label extends string> {
  observe(labels: Labels<Label>, value: number): void;
}

/** One value of a gauge. */
export interface Reading<Label extends string> {
  labels: Labels<Label>;
  value: number;
}

/**
 * What a process counts, for Prometheus. Wiring makes one and hands it on; each part registers what it has to tell. A name that is registered again
 * is the same metric: two clients of one mechanism count together.
 */
export interface Metrics {
  counter<Label extends string>(metric: Metric<Label>): Count<Label>;
  histogram<Label extends string>(metric: Metric<Label> & { buckets?: number[] }): Spread<Label>;
  /** Read when somebody looks. A reading that fails, or takes longer than READ_MS, is left out of that look. */
  gauge<Label extends string>(
    metric: Metric<Label> & { read(): readonly Reading<Label>[] | Promise<readonly Reading<Label>[]> },
  ): void;
  /** From now on also what every Node process can tell of itself: CPU, memory, event loop, garbage collection. */
  addProcess(): void;
  /** The whole in the text format of Prometheus. */
  expose(): Promise<{ contentType: string; text: string }>;
}

const READ_MS = 2_000;
/** From what is answered out of memory to what waits for a slow upstream. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Read = () => readonly Reading<string>[] | Promise<readonly Reading<string>[]>;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const readers = new Map<string, Read[]>();
  const options = ({ name, help, labels }: Metric<string>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter(metric) {
      const known = registry.getSingleMetric(metric.name) as Counter | undefined;
      const counter = known ?? new Counter(options(metric));
      return { add: (labels, by = 1) => counter.inc(labels, by) };
    },
    histogram({ buckets = SECONDS, ...metric }) {
      const known = registry.getSingleMetric(metric.name) as Histogram | undefined;
      const histogram = known ?? new Histogram({ ...options(metric), buckets });
      return { observe: (labels, value) => histogram.observe(labels, value) };
    },
    gauge({ read, ...metric }) {
      const reading = readers.get(metric.name) ?? [];
      reading.push(read);
      if (reading.length > 1) return;
      readers.set(metric.name, reading);
      new Gauge({
        ...options(metric),
        async collect() {
          const readings = await Promise.all(reading.map(readInTime));
          this.reset();
          if (metric.labels.length === 0) this.remove(); // reset to 0, which nobody read
          for (const { labels, value } of readings.flat()) this.inc(labels, value); // those of equal labels add up
        },
      });
    },
    addProcess: () => collectDefaultMetrics({ register: registry }),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** What cannot be told now must not hide the rest. */
async function readInTime(read: Read): Promise<readonly Reading<string>[]> {
  try {
    return await Promise.race([read(), delay(READ_MS, [], { ref: false })]);
  } catch {
    return [];
  }
}
