import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { AllStreamSubscription } from '@eventstore/db-client';
import type { Logger } from '../../observability';
import type { Client, Connection } from './connection';
import { NoAnswer } from './failures';

export interface AppendListenerParts {
  connection: Connection;
  log: Logger;
  /** Something of ours was appended, at this position or after. */
  onAppended(position: bigint): void;
  /** Something may have been appended unheard. */
  onGap(): void;
}

const BACK_OFF_MS = { first: 50, most: 5_000 };

/**
 * A live subscription to all that any process appends. It carries no events: who hears it reads on from his own position. So whatever ends
 * it (a killed or frozen node, a burst that outruns the server's buffer, a proxy) can lose and double nothing; one loop subscribes again.
 */
export async function listenForAppends(parts: AppendListenerParts): Promise<void> {
  const { connection, log } = parts;
  const { closing } = connection;
  for (let failures = 0; !closing.aborted;) {
    let heard = false;
    const confirmed = () => {
      if (failures > 0) parts.onGap();
      heard = true;
    };
    try {
      await connection.watch((client) => listen(parts, client, confirmed));
    } catch (error) {
      if (closing.aborted) return;
      failures = heard ? 1 : failures + 1;
      if (failures === 1) log.debug({ err: error }, 'not told of appends for a moment: reading by the clock');
      const wait = Math.min(BACK_OFF_MS.first * 2 ** failures, BACK_OFF_MS.most);
      await pause(wait, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

/** Resolves when we close, rejects however else it ends. */
async function listen(
  { connection, onAppended }: AppendListenerParts,
  client: Client,
  confirmed: () => void,
): Promise<void> {
  const { library, options, closing } = connection;
  const filter = library.excludeSystemEvents();
  const subscription = client.subscribeToAll({ ...options, fromPosition: library.END, filter });
  // Some of its errors come after we let go: nobody else must hear those, for they would end the process.
  subscription.on('error', () => undefined);
  const letGo = () => void subscription.unsubscribe().catch(() => undefined);
  closing.addEventListener('abort', letGo);
  try {
    await confirmation(subscription, closing, options.deadline);
    if (closing.aborted) return;
    confirmed();
    for await (const { commitPosition } of subscription) if (commitPosition !== undefined) onAppended(commitPosition);
    if (!closing.aborted) throw new Error('the subscription ended');
  } finally {
    closing.removeEventListener('abort', letGo);
    letGo();
  }
}

/** A frozen node takes the connection and says nothing; one that we leave says nothing either. */
async function confirmation(subscription: AllStreamSubscription, closing: AbortSignal, ms: number): Promise<void> {
  const late = AbortSignal.timeout(ms);
  try {
    await once(subscription, 'confirmation', { signal: AbortSignal.any([closing, late]) });
  } catch (error) {
    if (late.aborted) throw new NoAnswer('no subscription');
    if (!closing.aborted) throw error;
  }
}
