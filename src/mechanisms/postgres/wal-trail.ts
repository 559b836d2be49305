/** Where the primary's log was when: tells how old is what a replica has, whatever the clocks of the two say. */
export interface WalTrail {
  /** The primary's log stands at `lsn` now. */
  mark(lsn: bigint): void;
  /** Milliseconds that a replica with the log up to `lsn` is behind at most; 0 when it has all that we know of. */
  lagOf(lsn: bigint): number;
}

/** As many as a replica may be behind and still be told by how much. */
const MARKS = 1_000;

export function createWalTrail(now: () => number = () => performance.now()): WalTrail {
  const marks: { at: number; lsn: bigint }[] = [];
  return {
    mark(lsn) {
      if (marks.at(-1)?.lsn === lsn) marks.pop(); // who has it is as fresh as now
      marks.push({ at: now(), lsn });
      if (marks.length > MARKS) marks.shift();
    },
    lagOf(lsn) {
      const newest = marks.at(-1);
      if (!newest || lsn >= newest.lsn) return 0;
      const passed = marks.findLast((mark) => mark.lsn <= lsn);
      return passed ? now() - passed.at : Infinity;
    },
  };
}
