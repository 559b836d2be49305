import {
  after,
  asked,
  at,
  attempted,
  created,
  declinedThere,
  deferred,
  failed,
  iso,
  linked,
  queued,
  rejected,
  retried,
  submitted,
} from './testing';
import type { UpstreamCandidate } from './handover';
import { adoption, backOffMs, findUpstream, nextStep } from './handover';

type Facts = Parameters<typeof after>[0];

describe('the next step', () => {
  const step = (facts: Facts, seconds: number, early = false) =>
    nextStep(after(facts), { now: at(seconds), settleDelayMs: 45_000, early });

  it('is the first attempt for what is queued', () => {
    expect(step(asked(), 0)).toEqual({ kind: 'ATTEMPT', attemptNo: 1 });
  });

  it('is none for what is not approved, handed over, refused or declined', () => {
    expect(step([submitted()], 0)).toEqual({ kind: 'END' });
    expect(step(linked(), 0)).toEqual({ kind: 'END' });
    expect(step([...asked(), attempted(), rejected(1, 'INVALID')], 100)).toEqual({ kind: 'END' });
    expect(step([...linked(), declinedThere()], 100)).toEqual({ kind: 'END' });
  });

  it('is to wait while the lease of an attempt runs; then its worker is lost', () => {
    const running = [...asked(), attempted(1, { leaseUntil: iso(15) })];
    expect(step(running, 14.999)).toEqual({ kind: 'WAIT', until: at(15) });
    expect(step(running, 15)).toEqual({ kind: 'LOST', attemptNo: 1 });
  });

  it('waits for the end of a back-off, but not when the connection came back', () => {
    const refused = [...asked(), attempted(), deferred(1, 'NOT_SENT', { retryAt: iso(30) })];
    expect(step(refused, 29)).toEqual({ kind: 'WAIT', until: at(30) });
    expect(step(refused, 30)).toEqual({ kind: 'ATTEMPT', attemptNo: 2 });
    expect(step(refused, 1, true)).toEqual({ kind: 'ATTEMPT', attemptNo: 2 });
  });

  it('waits until an attempt of unknown outcome has settled, whatever came back', () => {
    const unknown = [...asked(), attempted(), deferred(1, 'UNKNOWN', { retryAt: iso(20) })];
    expect(step(unknown, 44, true)).toEqual({ kind: 'WAIT', until: at(45) });
    expect(step(unknown, 45, true)).toEqual({ kind: 'ATTEMPT', attemptNo: 2 });
  });

  it('counts the settle delay from the newest attempt, as long as any ended unknown', () => {
    const twice = [
      ...asked(),
      attempted(1),
      deferred(1, 'UNKNOWN', { retryAt: iso(45) }),
      attempted(2, { startedAt: iso(50) }),
      deferred(2, 'NOT_SENT', { retryAt: iso(55) }),
    ];
    expect(step(twice, 94)).toEqual({ kind: 'WAIT', until: at(95) });
    expect(step(twice, 95)).toEqual({ kind: 'ATTEMPT', attemptNo: 3 });
  });

  it('goes on counting after a retry', () => {
    expect(step([...linked(), failed(), retried(), queued()], 0)).toEqual({ kind: 'ATTEMPT', attemptNo: 2 });
  });
});

const there = (change: Partial<UpstreamCandidate> = {}): UpstreamCandidate => ({
  id: 12,
  status: 'APPROVED',
  is4k: false,
  createdAt: iso(0),
  requestedByUserId: 2,
  ...change,
});

describe('the request there that is ours', () => {
  const find = (candidates: UpstreamCandidate[], { facts = asked(), upstreamUserRef = 2 as number | null } = {}) =>
    findUpstream(candidates, after(facts), {
      startedAt: iso(100),
      ...(upstreamUserRef === null ? {} : { upstreamUserRef }),
    })?.id;

  it('is of the same quality', () => {
    expect(find([there({ is4k: true })])).toBeUndefined();
    expect(find([there({ id: 1, is4k: true }), there({ id: 2 })])).toBe(2);
    expect(find([there({ id: 1, is4k: true }), there({ id: 2 })], { facts: [submitted({ quality: 'UHD_4K' })] })).toBe(
      1,
    );
  });

  it.each(['PENDING', 'APPROVED', 'FAILED', 'UNKNOWN'] as const)('may be %s, however old', (status) => {
    expect(find([there({ status, createdAt: iso(-1_000_000) })])).toBe(12);
  });

  it('is not declined, unless it may be our own, made by an attempt that nobody saw end', () => {
    expect(find([there({ status: 'DECLINED' })])).toBeUndefined();
    const facts = [...asked(), attempted(), deferred(1, 'UNKNOWN')];
    expect(find([there({ status: 'DECLINED', requestedByUserId: 2 })], { facts })).toBe(12);
    expect(find([there({ status: 'DECLINED', requestedByUserId: 3 })], { facts })).toBeUndefined();
    expect(
      find([there({ status: 'DECLINED', requestedByUserId: 2, createdAt: iso(-1_000) })], { facts }),
    ).toBeUndefined();
  });

  it('is completed only when it was made no more than a minute before the first attempt', () => {
    const completed = (seconds: number) => there({ status: 'COMPLETED', createdAt: iso(seconds) });
    expect(find([completed(39)])).toBeUndefined();
    expect(find([completed(40)])).toBe(12);
    const facts = [...asked(), attempted(1, { startedAt: iso(-1_000) }), deferred(1, 'UNKNOWN')];
    expect(find([completed(39)], { facts })).toBe(12);
    expect(find([completed(-1_061)], { facts })).toBeUndefined();
  });

  it("is the user's own first, else the oldest", () => {
    expect(find([there({ id: 3, requestedByUserId: 9 }), there({ id: 5 })])).toBe(5);
    expect(find([there({ id: 7, requestedByUserId: 9 }), there({ id: 3, requestedByUserId: 8 })])).toBe(3);
    expect(find([there({ id: 7 }), there({ id: 3 })], { upstreamUserRef: null })).toBe(3);
  });
});

describe('why it is taken', () => {
  const why = (
    facts: Facts,
    requestedByUserId: number | null,
    { user = 2 as number | null, afterConflict = false } = {},
  ) =>
    adoption(there({ requestedByUserId }), after(facts), {
      ...(user === null ? {} : { upstreamUserRef: user }),
      afterConflict,
    });
  const uncertain = [...asked(), attempted(), deferred(1, 'UNKNOWN')];

  it.each([
    [
      'of ours after an attempt of unknown outcome',
      why(uncertain, 2),
      { reason: 'FOUND_AFTER_UNCERTAIN', foreignRequester: false },
    ],
    ['of ours, made there directly', why(asked(), 2), { reason: 'PREEXISTING', foreignRequester: false }],
    ['of somebody else', why(asked(), 9), { reason: 'PREEXISTING', foreignRequester: true }],
    [
      'of somebody else, though one of ours may have arrived',
      why(uncertain, 9),
      { reason: 'PREEXISTING', foreignRequester: true },
    ],
    ['met by the create', why(asked(), 9, { afterConflict: true }), { reason: 'CONFLICT', foreignRequester: true }],
    [
      'without a user of ours there',
      why(asked(), 9, { user: null }),
      { reason: 'PREEXISTING', foreignRequester: false },
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('back-off', () => {
  it('doubles from 5 s to 15 min, spread over the whole of it', () => {
    expect([1, 2, 3, 8, 9, 50].map((attemptNo) => backOffMs(attemptNo, 1))).toEqual([
      5_000, 10_000, 20_000, 640_000, 900_000, 900_000,
    ]);
    expect(backOffMs(3, 0.5)).toBe(10_000);
  });

  it('is never below a second', () => {
    expect(backOffMs(1, 0)).toBe(1_000);
    expect(backOffMs(1_000, 0)).toBe(1_000);
  });
});

it('an attempt that succeeded leaves no back-off', () => {
  expect(
    after([...asked(), attempted(), deferred(1, 'NOT_SENT'), attempted(2), created(2)]).handover.retryAt,
  ).toBeNull();
});
