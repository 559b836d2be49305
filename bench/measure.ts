/** What one contender made of one number of writers. */
export interface Cell {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
}

const WARM_UP_MS = 200;

export function toCell(latencies: number[], seconds: number): Cell {
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { perSecond: sorted.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The round in the middle: one that the machine disturbed does not count. */
export function medianOf(cells: Cell[]): Cell {
  return [...cells].sort((a, b) => a.perSecond - b.perSecond)[Math.floor(cells.length / 2)]!;
}

/** Of what two contenders made in a second, round by round: the ratio in the middle. */
export function ratioOf(ours: Cell[], others: Cell[]): number {
  const ratios = ours.map(({ perSecond }, round) => perSecond / others[round]!.perSecond);
  return ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)]!;
}

/** Writers that each append without a pause; `makeWriter` gives one writer's next append. */
export async function drive(makeWriter: () => () => Promise<unknown>, writers: number, ms: number): Promise<Cell> {
  const start = performance.now() + WARM_UP_MS;
  const end = start + ms;
  const latencies: number[] = [];
  const write = async () => {
    const append = makeWriter();
    for (let before = performance.now(); before < end;) {
      await append();
      const after = performance.now();
      if (before >= start && after <= end) latencies.push(after - before);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return toCell(latencies, ms / 1_000);
}
