import { given } from '../../../mechanisms/event-store/testing';
import {
  adopted,
  ask,
  asked,
  attempted,
  available,
  created,
  declinedThere,
  deferred,
  failed,
  ID,
  iso,
  linked,
  queued,
  rejected,
  retried,
  submitted,
} from './testing';
import type { HandoverResult } from './decider';
import { mediaRequestDecider } from './decider';
import { openRequest } from './media-request';

const matrix = (past: Parameters<typeof given>[1] = []) => given(mediaRequestDecider, past as never);

describe('beginning an attempt', () => {
  const begin = (attemptNo: number) => {
    const { requestId: _, ...attempt } = attempted(attemptNo).data;
    return { type: 'BeginHandoverAttempt', requestId: ID, attempt } as const;
  };

  it('takes the next number, from 1', () => {
    matrix(asked())
      .when(begin(1))
      .then([attempted(1)]);
    matrix([...asked(), attempted(1), deferred(1, 'NOT_SENT')])
      .when(begin(2))
      .then([attempted(2)]);
    matrix([...asked(), attempted(1), deferred(1, 'UNKNOWN')])
      .when(begin(2))
      .then([attempted(2)]);
    matrix([...linked(), failed(), retried(), queued()])
      .when(begin(2))
      .then([attempted(2)]);
  });

  it('is refused while one runs (I5), after the end, and with any other number', () => {
    matrix([...asked(), attempted(1)])
      .when(begin(2))
      .thenThrows('INVALID_TRANSITION');
    matrix([...asked(), attempted(1)])
      .when(begin(1))
      .thenThrows('INVALID_TRANSITION');
    matrix(asked()).when(begin(2)).thenThrows('INVALID_TRANSITION');
    matrix([...asked(), attempted(1), deferred(1, 'NOT_SENT')])
      .when(begin(1))
      .thenThrows('INVALID_TRANSITION');
    matrix(linked()).when(begin(2)).thenThrows('INVALID_TRANSITION');
    matrix([...asked(), attempted(1), rejected(1, 'INVALID')])
      .when(begin(2))
      .thenThrows('INVALID_TRANSITION');
    matrix([submitted()]).when(begin(1)).thenThrows('INVALID_TRANSITION');
  });

  it('is refused for what was declined', () => {
    matrix([...linked(), declinedThere()])
      .when(begin(2))
      .thenThrows('INVALID_TRANSITION');
  });
});

describe('recording how an attempt ended (I6)', () => {
  const record = (attemptNo: number, result: HandoverResult) =>
    ({ type: 'RecordHandover', requestId: ID, attemptNo, result }) as const;
  const running = [...asked(), attempted(1)];
  const results: [string, HandoverResult, object][] = [
    ['created', { kind: 'CREATED', upstreamRequestId: 12, upstreamMediaId: 7, upstreamStatus: 'APPROVED' }, created()],
    ['adopted', { kind: 'ADOPTED', upstreamRequestId: 12, reason: 'CONFLICT', foreignRequester: false }, adopted()],
    [
      'deferred',
      { kind: 'DEFERRED', cause: 'UNREACHABLE', certainty: 'UNKNOWN', retryAt: iso(60) },
      deferred(1, 'UNKNOWN'),
    ],
    ['rejected', { kind: 'REJECTED', code: 'INVALID', detail: 'Not allowed (INVALID).' }, rejected(1, 'INVALID')],
    ['found available', { kind: 'AVAILABLE', observedAt: iso(1_000), plexUrl: 'https://plex.example/1' }, available()],
  ];

  it.each(results)('%s', (_, result, event) => {
    matrix(running)
      .when(record(1, result))
      .then([event as never]);
  });

  it.each(results)('%s: of an attempt that has ended already nothing is recorded', (_, result) => {
    matrix([...running, deferred(1, 'UNKNOWN')])
      .when(record(1, result))
      .thenNothing();
    matrix([...running, deferred(1, 'UNKNOWN'), attempted(2)])
      .when(record(1, result))
      .thenNothing();
    matrix([...running, created()])
      .when(record(1, result))
      .thenNothing();
    matrix(asked()).when(record(1, result)).thenNothing();
  });

  it('keeps uncertainty until it is linked', () => {
    const uncertain = (past: Parameters<typeof matrix>[0]) => ({
      is: (expected: object) =>
        matrix(past)
          .when(ask())
          .thenState(({ requests }) => expect(requests[0]?.handover).toMatchObject(expected)),
    });
    const once = [...running, deferred(1, 'UNKNOWN')];
    uncertain(once).is({ state: 'UNCERTAIN', uncertain: true, certainty: 'UNKNOWN' });
    uncertain([...once, attempted(2)]).is({ state: 'ATTEMPTING', uncertain: true });
    const lookFailed = [...once, attempted(2), deferred(2, 'NOT_SENT')];
    uncertain(lookFailed).is({ state: 'QUEUED', uncertain: true, certainty: 'NOT_SENT' });
    uncertain([...lookFailed, attempted(3), adopted(3)]).is({ state: 'LINKED', uncertain: false, attempts: 3 });
  });

  it('remembers the beginning of the first attempt and of the newest', () => {
    matrix([...running, deferred(1, 'NOT_SENT'), attempted(2, { startedAt: iso(90) })])
      .when(ask())
      .thenState(({ requests }) =>
        expect(requests[0]?.handover).toMatchObject({ firstAttemptAt: iso(0), attempt: { startedAt: iso(90) } }),
      );
  });

  it('tells the newest problem in words', () => {
    const problem = (fact: ReturnType<typeof deferred>) =>
      matrix([...running, { ...fact, metadata: { occurredAt: iso(7) } }]).when(ask());
    problem(deferred(1, 'UNKNOWN')).thenState(({ requests }) =>
      expect(requests[0]?.handover.lastProblem).toEqual({
        code: 'UNREACHABLE',
        message: 'The request service could not be reached.',
        at: iso(7),
      }),
    );
    problem(deferred(1, 'UNKNOWN', { detail: 'reset' })).thenState(({ requests }) =>
      expect(requests[0]?.handover.lastProblem?.message).toBe('reset'),
    );
  });

  it('leaves nothing to hand over when the title is there', () => {
    matrix(running)
      .when(record(1, { kind: 'AVAILABLE', observedAt: iso(1), plexUrl: null }), { occurredAt: iso(8) })
      .thenState((title) => {
        expect(title.requests[0]).toMatchObject({
          handover: { state: 'NONE', retryAt: null },
          fulfilment: { state: 'AVAILABLE', availableAt: iso(8), plexUrl: null },
        });
        expect(openRequest(title)).toBeUndefined();
      });
  });
});
