import { recorded } from '../../mechanisms/event-store/testing';
import type { MediaRequestEvent } from './media-request/events';
import { changeOf, handoverChangeOf } from './request-change';
import { adopted, after, asked, attempted, deferred, ID, iso, joined, linked, SAMPLES } from './media-request/testing';

const actor = { kind: 'UPSTREAM', id: 'overseerr' } as const;
const lastOf = (facts: Parameters<typeof after>[0]) =>
  recorded<MediaRequestEvent>(facts.map((fact) => ({ ...fact, metadata: { actor, occurredAt: iso(9) } }))).at(-1)!;

it('says what happened, when, by whom, and how the request stood then', () => {
  const facts = [...asked(), attempted()];
  expect(changeOf(lastOf(facts), after(facts))).toEqual({
    requestId: ID,
    type: 'HandoverAttempted',
    status: 'APPROVED',
    at: iso(9),
    actor,
  });
});

it('says each step of a handover', () => {
  const step = (facts: Parameters<typeof after>[0]) => handoverChangeOf(lastOf(facts), after(facts));
  const unknown = [...asked(), attempted(), deferred(1, 'UNKNOWN')];
  const base = { requestId: ID, at: iso(9), certainty: null, adopted: null };
  expect(step(asked())).toEqual({ ...base, state: 'QUEUED', attempts: 0 });
  expect(step([...asked(), attempted()])).toEqual({ ...base, state: 'ATTEMPTING', attempts: 1 });
  expect(step(unknown)).toEqual({ ...base, state: 'UNCERTAIN', attempts: 1, certainty: 'UNKNOWN' });
  expect(step([...unknown, attempted(2)])).toEqual({ ...base, state: 'ATTEMPTING', attempts: 2 });
  expect(step([...unknown, attempted(2), adopted(2)])).toEqual({
    ...base,
    state: 'LINKED',
    attempts: 2,
    adopted: 'CONFLICT',
  });
  expect(step(linked())).toEqual({ ...base, state: 'LINKED', attempts: 1 });
});

it('has no step for what is none', () => {
  const steps = Object.values(SAMPLES).filter((sample) => handoverChangeOf(lastOf([sample]), after(asked())));
  expect(steps.map(({ type }) => type)).toEqual([
    'HandoverQueued',
    'HandoverAttempted',
    'UpstreamRequestCreated',
    'UpstreamRequestAdopted',
    'HandoverDeferred',
    'HandoverRejected',
  ]);
  expect(handoverChangeOf(lastOf([joined()]), after(asked()))).toBeNull();
});
