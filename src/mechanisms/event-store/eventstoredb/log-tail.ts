/** The end of the log as far as it is known. */
interface Known {
  /** An event of ours. */
  last: bigint;
  /** From there to here is none of ours. */
  seen: bigint;
}

/** The server writes statistics and the like into the same log, an idle store little else: what was looked through once is not read again. */
export interface LogTail {
  /** Where to read on for events after a position. */
  skip(after: bigint): bigint;
  /** Looked through from a position to the end, both included; `last` of what was found is ours, if any is. */
  lookedOn(found: { last?: bigint; from: bigint; end: bigint }): void;
  /** Looked back from the end down to a position. Answers with the last event of ours, undefined when that is further back. */
  lookedBack(found: { last?: bigint; end: bigint; downTo: bigint }): bigint | undefined;
  /** After an outage, for who comes back may have been set back. */
  forget(): void;
}

export function createLogTail(): LogTail {
  let known: Known | undefined;

  function learn(last: bigint, seen: bigint): bigint {
    if (!known || seen > known.seen) known = { last, seen };
    return known.last;
  }

  return {
    skip: (after) => (known && after >= known.last && after < known.seen ? known.seen : after),
    lookedOn({ last, from, end }) {
      if (last !== undefined) learn(last, end);
      // Whoever began beyond what is known says nothing of what lies between: others may have to read it yet.
      else if (known && from <= known.seen) learn(known.last, end);
    },
    lookedBack({ last, end, downTo }) {
      if (last !== undefined && last >= (known?.last ?? 0n)) return learn(last, end);
      return known && downTo <= known.seen ? learn(known.last, end) : undefined;
    },
    forget: () => void (known = undefined),
  };
}
