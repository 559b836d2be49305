import { InvalidEvent, UnknownOutcome } from '../../errors';
import type { SendAppends } from './appending';
import type { WaitingAppend } from './waiting-appends';

/** Gives each append of a batch the answer that is its own, however the call for all of them ends. Never rejects. */
export type Settle = (batch: WaitingAppend[]) => Promise<void>;

export function createSettling(send: SendAppends): Settle {
  return (batch) => settle(batch);

  async function settle(batch: WaitingAppend[], doubt?: UnknownOutcome): Promise<void> {
    try {
      const rows = await send(batch.map(({ append }) => append));
      batch.forEach(({ resolve }, index) => resolve(rows[index]!)); // the functions answer each
    } catch (error) {
      if (error instanceof InvalidEvent && batch.length > 1) {
        for (const waiting of batch) await settle([waiting], doubt); // the others must not fail for one
      } else if (error instanceof UnknownOutcome && !doubt) {
        await settleDoubt(batch, error);
      } else {
        // After an append that may be there, "nothing was written" would be a lie.
        for (const { reject } of batch) reject(doubt ?? error);
      }
    }
  }

  /** An exact version makes a repeat harmless, so one more try tells whether the lost one was stored. `any` has no such proof. */
  async function settleDoubt(batch: WaitingAppend[], doubt: UnknownOutcome): Promise<void> {
    const again: WaitingAppend[] = [];
    for (const waiting of batch) {
      if (waiting.append.expected === 'any') waiting.reject(doubt);
      else again.push(waiting);
    }
    if (again.length > 0) await settle(again, doubt);
  }
}
