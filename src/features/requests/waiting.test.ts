import { after, asked, at, attempted, deferred, iso, linked } from './media-request/testing';
import { waitingOf } from './waiting';

const waiting = (facts: Parameters<typeof after>[0], seconds: number, connectionUsable = true) =>
  waitingOf(after(facts).handover, { connectionUsable, now: at(seconds), settleDelayMs: 45_000 });
const backOff = [...asked(), attempted(), deferred(1, 'NOT_SENT', { retryAt: iso(30) })];
const unknown = (retryAt: number) => [...asked(), attempted(), deferred(1, 'UNKNOWN', { retryAt: iso(retryAt) })];

it.each([
  ['its turn', waiting(asked(), 0), { on: 'TURN', nextAttemptAt: null }],
  ['the connection, before all else', waiting(unknown(60), 1, false), { on: 'CONNECTION', nextAttemptAt: null }],
  ['a back-off', waiting(backOff, 29), { on: 'BACKOFF', nextAttemptAt: at(30) }],
  ['its turn after a back-off', waiting(backOff, 30), { on: 'TURN', nextAttemptAt: null }],
  ['what may still appear', waiting(unknown(20), 44), { on: 'SETTLE', nextAttemptAt: at(45) }],
  ['the longer of both', waiting(unknown(60), 44), { on: 'SETTLE', nextAttemptAt: at(60) }],
  ['the back-off beyond it', waiting(unknown(60), 45), { on: 'BACKOFF', nextAttemptAt: at(60) }],
  ['nothing while an attempt runs', waiting([...asked(), attempted()], 0, false), { on: null, nextAttemptAt: null }],
  ['nothing once it is there', waiting(linked(), 0), { on: null, nextAttemptAt: null }],
])('waits for %s', (_, found, expected) => expect(found).toEqual(expected));
