import { v5 as uuidv5 } from 'uuid';
import type { DomainEvent, NewEvent } from '../src/mechanisms/event-store';

/** A stream and all its facts, the same at every run, so that one that is there already is a repeat and not written again. */
export interface Story {
  streamId: string;
  events: NewEvent[];
}

const SEED = '7c0a4f4e-0a0e-4e0e-9d5a-5eed5eed5eed';
const idOf = (what: string) => uuidv5(what, SEED);
/** Beyond the ids of themoviedb.org, so that nobody's request is met. */
const FIRST_TMDB_ID = 1_000_000_000;
const MINUTE_MS = 60_000;
const EPOCH = Date.UTC(2025, 0, 1);
/** Of nobody: what looks after the real ones leaves these alone. */
const CONNECTION = 'seed';

function storyOf(streamId: string, began: number, facts: [DomainEvent, actorId: string][]): Story {
  const commandId = idOf(streamId);
  const events = facts.map(([fact, id], index) => ({
    ...fact,
    eventId: uuidv5(`${index}`, commandId),
    schemaVersion: 1,
    metadata: {
      occurredAt: new Date(began + index * MINUTE_MS).toISOString(),
      actor: { kind: id.startsWith('usr_') ? ('USER' as const) : ('UPSTREAM' as const), id },
      correlationId: commandId,
      commandId,
    },
  }));
  return { streamId, events };
}

/**
 * Asked for, approved, in four of five cases there, else declined upstream; every third one was joined. Nothing is handed over, so that no job and no call comes
 * of it.
 */
export function requestStory(n: number, users: number): Story {
  const tmdbId = FIRST_TMDB_ID + n;
  const user = (index: number) => `usr_${idOf(`user ${index % users}`)}`;
  const requestId = `req_${idOf(`request ${n}`)}`;
  const began = EPOCH + n * MINUTE_MS;
  const seen = { source: 'POLL', observedAt: new Date(began + 2 * MINUTE_MS).toISOString() };
  const film = { mediaType: 'MOVIE', tmdbId, quality: 'STANDARD', title: `Film ${n}`, year: 1950 + (n % 75) };
  const explanation = { rule: 'seed', text: 'Seeded requests are approved at once.', inputs: [] };
  const approval = { policyId: 'seed', policyVersion: 1, ruleId: 'seed', inputsDigest: 'seed', explanation };
  const facts: [string, object, string][] = [
    ['MediaRequestSubmitted', { requesterId: user(n), ...film, origin: 'MANUAL' }, user(n)],
    ['MediaRequestAutoApproved', approval, 'seed'],
    n % 5 === 4
      ? ['UpstreamDecisionObserved', { ...seen, decision: 'DECLINED' }, 'seed']
      : ['MediaBecameAvailable', seen, 'seed'],
  ];
  if (n % 3 === 0 && users > 1) {
    const followerId = user(n + 1);
    facts.splice(1, 0, ['RequestJoined', { followerId, wants: { quality: 'STANDARD' }, via: 'DUPLICATE' }, followerId]);
  }
  return storyOf(
    `mediaRequest-movie-${tmdbId}-standard`,
    began,
    facts.map(([type, data, actor]) => [{ type, data: { requestId, ...data } }, actor]),
  );
}

/** On a board that nobody watches; every tenth one is down. */
export function serviceStory(n: number): Story {
  const serviceId = `svc_${idOf(`service ${n}`)}`;
  const at = new Date(EPOCH + n * MINUTE_MS).toISOString();
  const name = `Service ${n}`;
  const found = {
    serviceId,
    connectionId: CONNECTION,
    externalId: `${n}`,
    name,
    kind: 'http',
    group: `Group ${n % 10}`,
  };
  const status = {
    type: n % 10 === 9 ? 'ServiceWentDown' : 'ServiceCameUp',
    data: { serviceId, at, source: 'SOCKET' },
  };
  return storyOf(`service-${idOf(`service ${n}`)}`, Date.parse(at), [
    [{ type: 'ServiceDiscovered', data: found }, CONNECTION],
    [status, CONNECTION],
  ]);
}

/** One more fact of a service: found at first, then down and up in turn. */
export function statusChange(n: number, turn: number): Story {
  const [found, cameUp] = serviceStory(n).events as [NewEvent, NewEvent];
  const began = EPOCH + turn * MINUTE_MS;
  const data = { ...cameUp.data, at: new Date(began).toISOString() };
  const change = { type: turn % 2 === 0 ? 'ServiceWentDown' : 'ServiceCameUp', data };
  const eventId = idOf(`service ${n} ${turn}`);
  const fact = turn === 0 ? found : { ...cameUp, ...change };
  return { streamId: serviceStory(n).streamId, events: [{ ...fact, eventId }] };
}
