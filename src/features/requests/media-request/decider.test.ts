import { given } from '../../../mechanisms/event-store/testing';
import {
  APPROVAL,
  approved,
  ask,
  asked,
  attempted,
  available,
  BEN,
  CLEO,
  declinedThere,
  failed,
  ID,
  iso,
  joined,
  left,
  linked,
  queued,
  rejected,
  retried,
  submitted,
} from './testing';
import { mediaRequestDecider } from './decider';

const matrix = (past: Parameters<typeof given>[1] = []) => given(mediaRequestDecider, past as never);
const byCleo = ask({ requestId: 'req_2', requesterId: CLEO });
const ofCleo = [
  submitted({ requestId: 'req_2', requesterId: CLEO }),
  { ...approved({ requestId: 'req_2' }), actor: { kind: 'POLICY', id: 'films-at-once' } },
  { ...queued({ requestId: 'req_2' }), actor: { kind: 'POLICY', id: 'hand-over' } },
] as never[];

describe('asking', () => {
  it('is submitted, approved by the rule and queued in one append', () => {
    matrix()
      .when(ask())
      .then([
        submitted(),
        { ...approved(), actor: { kind: 'POLICY', id: 'films-at-once' } },
        { ...queued(), actor: { kind: 'POLICY', id: 'hand-over' } },
      ]);
  });

  it('works without knowing the title', () => {
    matrix()
      .when(ask({ title: {} }))
      .thenState(({ requests }) => expect(requests).toMatchObject([{ title: null, year: null, posterPath: null }]));
  });

  it('explains the decision and says who made it', () => {
    matrix()
      .when(ask(), { occurredAt: iso(5) })
      .thenState(({ requests }) =>
        expect(requests[0]?.decision).toEqual({
          state: 'APPROVED',
          by: { kind: 'POLICY', id: 'films-at-once' },
          at: iso(5),
          explanation: APPROVAL.explanation,
        }),
      );
  });

  it('joins the open request of somebody else, whatever its handover does', () => {
    matrix(asked()).when(byCleo).then([joined()]);
    matrix([...asked(), attempted()])
      .when(byCleo)
      .then([joined()]);
    matrix(linked()).when(byCleo).then([joined()]);
    matrix([...linked(), failed()])
      .when(byCleo)
      .then([joined()]);
  });

  it('changes nothing for who is on the request already', () => {
    matrix(asked())
      .when(ask({ requestId: 'req_9' }))
      .thenNothing();
    matrix([...asked(), joined()])
      .when(byCleo)
      .thenNothing();
  });

  it('joins again after leaving', () => {
    matrix([...asked(), joined(), left()])
      .when(byCleo)
      .then([joined()]);
  });

  it.each(['UPSTREAM_QUOTA', 'UPSTREAM_PERMISSION', 'BLOCKLISTED'] as const)(
    'still claims the title when refused for %s, which can be cured',
    (code) =>
      matrix([...asked(), attempted(), rejected(1, code)])
        .when(byCleo)
        .then([joined()]),
  );

  it.each(['NO_SUCH_TITLE', 'INVALID'] as const)('is free again after a final refusal (%s)', (code) => {
    matrix([...asked(), attempted(), rejected(1, code)])
      .when(byCleo)
      .then(ofCleo);
  });

  it('is free again after it was declined there', () => {
    matrix([...linked(), declinedThere()])
      .when(byCleo)
      .then(ofCleo);
  });
});

describe('asking for what is there', () => {
  const seenThere = { available: true, observedAt: iso(1), plexUrl: 'https://plex.example/1' };
  const notThere = { available: false, observedAt: iso(9_000), plexUrl: null };
  const madeAvailable = { ...available(), metadata: { occurredAt: iso(1_000) } };

  it('is refused when the library was seen to have it', () => {
    matrix()
      .when(ask({ availability: seenThere }))
      .thenThrows('ALREADY_AVAILABLE');
  });

  it('is refused when our own last request ended there, and nobody looked since', () => {
    const past = [...linked(), madeAvailable];
    matrix(past).when(byCleo).thenThrows('ALREADY_AVAILABLE');
    matrix(past)
      .when(ask({ ...byCleo, availability: { ...notThere, observedAt: iso(999) } }))
      .thenThrows('ALREADY_AVAILABLE');
  });

  it('says where it plays', () => {
    const decide = () => mediaRequestDecider.decide(ask({ availability: seenThere }), mediaRequestDecider.initialState);
    expect(decide).toThrow(expect.objectContaining({ plexUrl: 'https://plex.example/1' }));
  });

  it('begins a new round once somebody saw that it is gone', () => {
    matrix([...linked(), madeAvailable])
      .when(ask({ ...byCleo, availability: notThere }))
      .then(ofCleo);
  });

  it('joins while a request is open, though the library was just seen to have it', () => {
    matrix(linked())
      .when(ask({ ...byCleo, availability: seenThere }))
      .then([joined()]);
  });
});

describe('leaving', () => {
  const leave = (accountId: string, requestId = ID) => ({ type: 'LeaveRequest', requestId, accountId }) as const;

  it('is for those who joined', () => {
    matrix([...asked(), joined()])
      .when(leave(CLEO))
      .then([left()]);
    matrix([...asked(), joined()])
      .when(leave(CLEO))
      .thenState(({ requests }) => expect(requests[0]?.followerIds).toEqual([]));
  });

  it('is refused to the requester, to strangers, and for requests that are not there', () => {
    matrix(asked()).when(leave(BEN)).thenThrows('REQUESTER_CANNOT_LEAVE');
    matrix(asked()).when(leave(CLEO)).thenThrows('NOT_ON_REQUEST');
    matrix([...asked(), joined(), left()])
      .when(leave(CLEO))
      .thenThrows('NOT_ON_REQUEST');
    matrix().when(leave(CLEO)).thenThrows('NOT_FOUND');
    matrix([...asked(), joined()])
      .when(leave(CLEO, 'req_2'))
      .thenThrows('NOT_FOUND');
  });
});

describe('retrying', () => {
  const retry = (accountId = BEN, mayDecide = false) =>
    ({ type: 'RetryRequest', requestId: ID, accountId, mayDecide }) as const;
  const refused = (code: Parameters<typeof rejected>[1]) => [...asked(), attempted(), rejected(1, code)];

  it('queues it again after a download that failed or a refusal that can be cured', () => {
    matrix([...linked(), failed()])
      .when(retry())
      .then([retried(), queued()]);
    matrix(refused('UPSTREAM_QUOTA')).when(retry()).then([retried(), queued()]);
  });

  it('keeps the number of attempts, so that none is begun twice', () => {
    matrix([...linked(), failed()])
      .when(retry())
      .thenState(({ requests }) =>
        expect(requests[0]).toMatchObject({
          handover: { state: 'QUEUED', attempts: 1 },
          fulfilment: { state: 'NONE' },
        }),
      );
  });

  it('is for the requester and for those who decide', () => {
    matrix([...linked(), joined(), failed()])
      .when(retry(CLEO))
      .thenThrows('FORBIDDEN');
    matrix([...linked(), failed()])
      .when(retry('usr_ada', true))
      .then([retried({ by: 'usr_ada' }), queued()]);
  });

  it('is refused where it would fail again, but for those who decide', () => {
    matrix(refused('NO_SUCH_TITLE')).when(retry()).thenThrows('NOT_RETRYABLE');
    matrix([...linked(), failed({ retryable: false })])
      .when(retry())
      .thenThrows('NOT_RETRYABLE');
    matrix(refused('INVALID')).when(retry(BEN, true)).then([retried(), queued()]);
  });

  it('is refused for what has not failed', () => {
    matrix(asked()).when(retry()).thenThrows('INVALID_TRANSITION');
    matrix([...asked(), attempted()])
      .when(retry())
      .thenThrows('INVALID_TRANSITION');
    matrix(linked()).when(retry()).thenThrows('INVALID_TRANSITION');
    matrix([...linked(), available()])
      .when(retry())
      .thenThrows('INVALID_TRANSITION');
    matrix([...linked(), failed(), retried(), queued()])
      .when(retry())
      .thenThrows('INVALID_TRANSITION');
  });

  it('is refused while another request has the title (I1)', () => {
    matrix([...refused('INVALID'), submitted({ requestId: 'req_2' })])
      .when(retry(BEN, true))
      .thenThrows('REQUEST_ALREADY_OPEN');
  });
});
