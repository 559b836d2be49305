import { given } from '../../../mechanisms/event-store/testing';
import {
  approved,
  asked,
  attempted,
  available,
  declinedThere,
  deferred,
  doubled,
  failed,
  ID,
  iso,
  linked,
  look,
  processing,
  queued,
  retried,
  single,
  submitted,
} from './testing';
import { mediaRequestDecider } from './decider';
import type { UpstreamLook } from './observation';

const matrix = (past: Parameters<typeof given>[1]) => given(mediaRequestDecider, past as never);
const observe = (change: Partial<UpstreamLook> = {}) =>
  ({ type: 'ObserveUpstream', requestId: ID, look: look(change) }) as const;
const seen = { observedAt: iso(2_000) };
const ours = (status: UpstreamLook['requests'][number]['status']) => ({ requests: [{ id: 12, status }] });

it('no news is no fact', () => {
  matrix(linked()).when(observe()).thenNothing();
  matrix(linked())
    .when(observe(ours('PENDING')))
    .thenNothing();
  matrix(linked())
    .when(observe({ media: 'UNKNOWN', requests: [] }))
    .thenNothing();
  matrix([...linked(), failed()])
    .when(observe(ours('FAILED')))
    .thenNothing();
});

it('sees that the title is there', () => {
  matrix(linked())
    .when(observe({ media: 'AVAILABLE', plexUrl: 'https://plex.example/1' }))
    .then([available(seen)]);
  const { plexUrl: _, ...data } = available(seen).data;
  matrix(linked())
    .when(observe({ media: 'AVAILABLE' }))
    .then([{ type: 'MediaBecameAvailable', data }]);
});

it('sees that our request was declined there, and only ours', () => {
  matrix(linked())
    .when(observe(ours('DECLINED')))
    .then([declinedThere(seen)]);
  matrix(linked())
    .when(
      observe({
        requests: [
          { id: 12, status: 'APPROVED' },
          { id: 13, status: 'DECLINED' },
        ],
      }),
    )
    .thenNothing();
});

it('shows a decline as the decision of the upstream, without the explanation of our approval', () => {
  matrix(linked())
    .when(observe(ours('DECLINED')), { actor: { kind: 'UPSTREAM', id: 'overseerr' }, occurredAt: iso(3_000) })
    .thenState(({ requests }) =>
      expect(requests[0]).toMatchObject({
        decision: {
          state: 'DECLINED',
          by: { kind: 'UPSTREAM', id: 'overseerr' },
          at: iso(3_000),
          explanation: null,
        },
        handover: { state: 'LINKED' },
      }),
    );
});

it('sees a download fail, and go on again', () => {
  matrix(linked())
    .when(observe(ours('FAILED')))
    .then([failed(seen)]);
  matrix([...linked(), failed()])
    .when(observe(ours('APPROVED')))
    .then([processing(seen)]);
});

describe('what is there stays there (I8)', () => {
  const there = [...linked(), available()];

  it.each(['FAILED', 'DECLINED', 'PENDING', 'APPROVED'] as const)('whatever our request there says: %s', (status) => {
    matrix(there)
      .when(observe(ours(status)))
      .thenNothing();
  });
  it.each(['PROCESSING', 'DELETED', 'UNKNOWN', 'PENDING', 'BLOCKLISTED'] as const)(
    'also when one look sees the title as %s',
    (media) => matrix(there).when(observe({ media })).thenNothing(),
  );
  it('and is told once', () => {
    matrix(there)
      .when(observe({ media: 'AVAILABLE' }))
      .thenNothing();
  });
});

it('availability goes before a decline, a failure or a fact of before', () => {
  matrix(linked())
    .when(observe({ media: 'AVAILABLE', plexUrl: 'https://plex.example/1', ...ours('DECLINED') }))
    .then([available(seen)]);
  matrix([...linked(), failed()])
    .when(observe({ media: 'AVAILABLE', plexUrl: 'https://plex.example/1', ...ours('FAILED') }))
    .then([available(seen)]);
});

it('drops a look that was begun before the newest recorded one', () => {
  matrix([...linked(), failed()])
    .when(observe({ observedAt: iso(999) }))
    .thenNothing();
  matrix([...linked(), failed()])
    .when(observe({ observedAt: iso(1_000) }))
    .then([processing({ observedAt: iso(1_000) })]);
});

it.each([
  ['waits', asked()],
  ['runs', [...asked(), attempted()]],
  ['is uncertain', [...asked(), attempted(), deferred(1, 'UNKNOWN')]],
  ['waits again', [...linked(), failed(), retried(), queued()]],
  ['is not approved', [submitted()]],
  ['ended without us', [submitted(), approved(), queued(), attempted(), available()]],
])('records nothing while the handover %s: its own looks tell', (_, past) => {
  for (const status of ['DECLINED', 'FAILED', 'APPROVED'] as const)
    matrix(past)
      .when(observe(ours(status)))
      .thenNothing();
  matrix(past)
    .when(observe({ media: 'AVAILABLE' }))
    .thenNothing();
});

describe('duplicates', () => {
  const both = (first: UpstreamLook['requests'][number]['status'], second: typeof first) => ({
    requests: [
      { id: 13, status: first },
      { id: 12, status: second },
    ],
  });

  it('are told once, lowest number first, and told when they are over', () => {
    matrix(linked())
      .when(observe(both('PENDING', 'APPROVED')))
      .then([doubled(seen)]);
    matrix([...linked(), doubled()])
      .when(observe(both('PENDING', 'APPROVED')))
      .thenNothing();
    matrix([...linked(), doubled()])
      .when(observe())
      .then([single(seen)]);
  });

  it('are told anew when others come', () => {
    matrix([...linked(), doubled()])
      .when(observe({ requests: [12, 13, 14].map((id) => ({ id, status: 'APPROVED' })) }))
      .then([doubled({ ...seen, upstreamRequestIds: [12, 13, 14] })]);
  });

  it('are only those that are alive', () => {
    matrix(linked())
      .when(observe(both('DECLINED', 'APPROVED')))
      .thenNothing();
    matrix(linked())
      .when(observe(both('COMPLETED', 'APPROVED')))
      .thenNothing();
    matrix(linked())
      .when(observe(both('FAILED', 'APPROVED')))
      .then([doubled(seen)]);
  });

  it('are told beside other news', () => {
    matrix(linked())
      .when(observe({ media: 'AVAILABLE', plexUrl: 'https://plex.example/1', ...both('PENDING', 'APPROVED') }))
      .then([doubled(seen), available(seen)]);
  });
});
