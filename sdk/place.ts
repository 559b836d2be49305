/** Where a reader of a subscription stands, so that it hears everything once over any number of breaks. */
export interface Place {
  /** The position to subscribe `after`. What was heard already and comes again from there is not new. */
  goOn(): string;
  /** Whether a message that carries this position was not heard yet; it counts as heard then. */
  isNew(position: string): boolean;
}

/**
 * A position can have many messages, and until the last of them they carry the position before it: a message alone does not say whether it ends
 * one position or begins the next. So we go on one step further back, after the last position that was heard to its end for sure, and leave out as
 * many messages as were heard since; the log never changes, so they come again in the same order.
 */
export function createPlace(start: string): Place {
  let complete = start;
  let newest = start;
  let heard = 0; // messages that carried `newest`
  let repeats = 0; // how many of those are still to come again
  return {
    goOn() {
      repeats = heard;
      return complete;
    },
    isNew(position) {
      if (numberOf(position) < numberOf(newest)) return false;
      if (position !== newest) {
        complete = newest;
        newest = position;
        heard = 0;
        repeats = 0;
      }
      if (repeats > 0) {
        repeats -= 1;
        return false;
      }
      heard += 1;
      return true;
    },
  };
}

/** Positions are like p1.<store>.<n>, and n grows. */
const numberOf = (position: string): bigint => BigInt(position.slice(position.lastIndexOf('.') + 1));
