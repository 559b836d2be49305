import { EventStoreUnavailable, InvalidEvent, UnknownOutcome } from '../../errors';
import type { Appending, ExactAppend } from './appending';
import type { WaitingAppend } from './waiting-appends';

/** Gives each append of a batch the answer that is its own, however the call for all of them ends. Never rejects. */
export type Settle = (batch: WaitingAppend[]) => Promise<void>;

type Exact = WaitingAppend & { append: ExactAppend };
const isExact = (waiting: WaitingAppend): waiting is Exact => waiting.append.expected !== 'any';

export function createSettling({ together, judge }: Appending): Settle {
  return async (batch) => {
    const exact = batch.filter(isExact);
    if (exact.length > 0) await settleTogether(exact);
    if (exact.length < batch.length) await settleAlone(batch.filter((waiting) => !isExact(waiting)));
  };

  /** An exact version makes a repeat harmless, so after a lost answer one more try tells what was stored. */
  async function settleTogether(batch: Exact[], doubt?: UnknownOutcome): Promise<void> {
    let open = batch;
    try {
      const answers = await together(batch.map(({ append }) => append));
      open = batch.filter(({ resolve }, index) => {
        const answer = answers[index];
        if (answer) resolve(answer);
        return !answer;
      });
    } catch (error) {
      if (error instanceof UnknownOutcome && !doubt) return settleTogether(batch, error);
      if (!(error instanceof InvalidEvent)) return rejectAll(batch, doubt ?? error);
    }
    if (open.length > 0) await settleAlone(open, doubt); // the others must not fail for one
  }

  async function settleAlone(batch: WaitingAppend[], doubt?: UnknownOutcome): Promise<void> {
    for (const [index, waiting] of batch.entries()) {
      const failure = await settleOne(waiting, doubt);
      if (!failure || failure instanceof InvalidEvent) continue;
      // With the store away each of the others would only wait for it in vain.
      const away = new EventStoreUnavailable('the event store went away before this append', { cause: failure });
      return rejectAll(batch.slice(index + 1), doubt ?? away);
    }
  }

  /** Answers with what it failed for. */
  async function settleOne(waiting: WaitingAppend, doubt?: UnknownOutcome): Promise<unknown> {
    try {
      waiting.resolve(await judge(waiting.append));
      return undefined;
    } catch (error) {
      if (error instanceof UnknownOutcome && !doubt && isExact(waiting)) return settleOne(waiting, error);
      // After an append that may be there, "nothing was written" would be a lie.
      waiting.reject(doubt ?? error);
      return error;
    }
  }
}

function rejectAll(batch: WaitingAppend[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}
