import { needsAnotherClient, NoAnswer, toAppendFailure, toReadFailure } from './failures';

/** What the client was seen to throw. */
const thrown = (message: string, marks: object = {}) => Object.assign(new Error(message), marks);
const append = { streamId: 's-1', expected: 4 };

describe('what the client throws', () => {
  it.each<[string, Error]>([
    [
      'EVENT_STORE_UNAVAILABLE',
      thrown('14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED', { code: 14 }),
    ],
    ['EVENT_STORE_UNAVAILABLE', thrown('14 UNAVAILABLE: Server Is Not Ready', { code: 14, type: 'unavailable' })],
    ['EVENT_STORE_UNAVAILABLE', thrown('Failed to discover after 10 attempts.')],
    [
      'EVENT_STORE_UNAVAILABLE',
      thrown('4 DEADLINE_EXCEEDED: Deadline exceeded after 5s,Waiting for LB pick', { code: 4 }),
    ],
    ['EVENT_STORE_UNAVAILABLE', thrown('5 NOT_FOUND: Leader info available', { code: 5, type: 'not-leader' })],
    ['EVENT_STORE_UNAVAILABLE', thrown('16 UNAUTHENTICATED', { code: 16, type: 'access-denied' })],
    ['UNKNOWN_OUTCOME', thrown('14 UNAVAILABLE: Connection dropped', { code: 14, type: 'unavailable' })],
    ['UNKNOWN_OUTCOME', thrown('14 UNAVAILABLE: read ECONNRESET', { code: 14 })],
    [
      'UNKNOWN_OUTCOME',
      thrown('10 ABORTED: Operation timed out: Commit phase timeout.', { code: 10, type: 'timeout' }),
    ],
    ['UNKNOWN_OUTCOME', thrown('4 DEADLINE_EXCEEDED: Deadline exceeded after 5s', { code: 4 })],
    ['UNKNOWN_OUTCOME', new NoAnswer('none within 5 s')],
    ['INVALID_EVENT', thrown('3', { code: 3, type: 'maximum-append-size-exceeded' })],
    ['INVALID_EVENT', thrown('9', { code: 9, type: 'stream-deleted' })],
  ])('is %s for an append: %s', (code, error) => {
    expect(toAppendFailure(error, append)).toMatchObject({ code });
  });

  it.each([
    ['no_stream', -1],
    [6n, 6],
  ])('is a conflict with the version now: %s', (actualVersion, actual) => {
    const error = thrown('', { type: 'wrong-expected-version', actualVersion });
    expect(toAppendFailure(error, append)).toMatchObject({ code: 'CONCURRENCY_CONFLICT', expected: 4, actual });
    expect(toAppendFailure(error, { ...append, expected: 'any' })).toMatchObject({ expected: actual, actual });
  });

  it('tells a place that is none from a store that is away', () => {
    expect(toReadFailure(thrown('2 UNKNOWN: Unexpected ReadAllResult: Error'))).toMatchObject({
      code: 'POSITION_EXPIRED',
    });
    expect(toReadFailure(thrown('14 UNAVAILABLE: x'))).toMatchObject({
      code: 'EVENT_STORE_UNAVAILABLE',
      retryable: true,
    });
    expect(toReadFailure(thrown('7', { type: 'access-denied' })).message).toContain('$all');
  });

  it('asks for another client when this one is stuck, and only then', () => {
    const stuck = [thrown('x', { code: 4 }), thrown('Failed to discover after 10 attempts.'), new NoAnswer('x')];
    expect(stuck.map(needsAnotherClient)).toEqual([true, true, true]);
    expect([thrown('x', { code: 14 }), thrown('', { type: 'wrong-expected-version' })].map(needsAnotherClient)).toEqual(
      [false, false],
    );
  });
});
