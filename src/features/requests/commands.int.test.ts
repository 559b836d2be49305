import type { CommandHandler, EventStore } from '../../mechanisms/event-store';
import { createCommandHandler, createEventCodecs } from '../../mechanisms/event-store';
import { createPostgresEventStore } from '../../mechanisms/event-store/testing';
import { createIdempotencyKeys } from '../../mechanisms/idempotency';
import { createLogger } from '../../mechanisms/observability';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createRequestCommands } from './commands';
import type { RememberedTitle, RequestCommands } from './commands';
import { createHandoverQueries } from './loaders';
import { createUserCommands } from './media-request/commands';
import { mediaRequestCodecs } from './media-request/event-codecs';
import { at, BEN, CLEO, CONNECTION } from './media-request/testing';
import { createRequestViewProjection } from './request-view.read-model';

const codecs = createEventCodecs(mediaRequestCodecs);
const log = createLogger({ level: 'silent' });
let test: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  test = await createTestDatabase();
  store = await createPostgresEventStore({ database: test.database, log });
});
afterAll(async () => {
  await store.close();
  await test.drop();
});

let remembered: RememberedTitle | null = null;
let catchUp: () => Promise<boolean> = () => Promise.resolve(true);
let films = 600;
let film = 0;
beforeEach(() => {
  film = films += 1;
  remembered = null;
  catchUp = () => Promise.resolve(true);
});

/** A process of its own: nothing is shared with others but the database. */
function startCommands(handler: CommandHandler = createCommandHandler({ store, codecs })): RequestCommands {
  const idempotencyKeys = createIdempotencyKeys(test.database);
  return createRequestCommands({
    commands: createUserCommands({ handler, idempotencyKeys, clock: () => at(0) }),
    queries: createHandoverQueries(test.database),
    store,
    waitFor: () => catchUp(),
    remembered: () => Promise.resolve(remembered),
    ensureConnected: () => undefined,
    connectionId: CONNECTION,
  });
}
const wanted = (tmdbId = film) => ({ type: 'MOVIE', tmdbId, quality: 'STANDARD' }) as const;
const as = (accountId: string, idempotencyKey?: string) => ({
  accountId,
  role: 'FRIEND',
  correlationId: 'c',
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
});
const facts = async () => (await store.readStream(`mediaRequest-movie-${film}-standard`)).events;
const typesOf = (events: { type: string }[]) => events.map(({ type }) => type);
const CREATED = ['MediaRequestSubmitted', 'MediaRequestAutoApproved', 'HandoverQueued'];
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ code }: { code: string }) => code,
  );

it('100 friends asking for one film at once, in two processes, make one request and 99 joins', async () => {
  const processes = [startCommands(), startCommands()];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => processes[n % 2]!.requestMedia(wanted(), as(`usr_${n}`))),
  );
  const outcomes = answers.map(({ outcome }) => outcome).sort();
  expect(outcomes).toEqual(['CREATED', ...Array.from({ length: 99 }, () => 'JOINED')]);
  expect(new Set(answers.map(({ request }) => request.requestId)).size).toBe(1);
  const events = await facts();
  expect(typesOf(events.slice(0, 3))).toEqual(CREATED);
  expect(new Set(typesOf(events.slice(3)))).toEqual(new Set(['RequestJoined']));
  expect(events).toHaveLength(102);
});

it('the same key 100 times at once, in two processes, makes one request and one answer', async () => {
  const processes = [startCommands(), startCommands()];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => processes[n % 2]!.requestMedia(wanted(), as(BEN, 'one'))),
  );
  expect(new Set(answers.map(({ outcome, request }) => `${outcome} ${request.requestId}`)).size).toBe(1);
  expect(answers[0]?.outcome).toBe('CREATED');
  expect(typesOf(await facts())).toEqual(CREATED);
});

it('answers a repeated key with the first outcome, also after a restart and after others joined', async () => {
  const first = await startCommands().requestMedia(wanted(), as(BEN, 'again'));
  await startCommands().requestMedia(wanted(), as(CLEO, 'join'));
  const repeated = await startCommands().requestMedia(wanted(), as(BEN, 'again'));
  expect(repeated).toMatchObject({
    outcome: 'CREATED',
    request: { requestId: first.request.requestId, followerIds: [CLEO] },
  });
  expect(repeated.position).toBe((await facts()).at(-1)?.globalPosition);
  expect((await startCommands().requestMedia(wanted(), as(CLEO, 'join'))).outcome).toBe('JOINED');
  expect(await facts()).toHaveLength(4);
});

it('refuses a key that came with another title, also after a restart; keys of others are others', async () => {
  const commands = startCommands();
  await commands.requestMedia(wanted(), as(BEN, 'mine'));
  const other = wanted((films += 1));
  expect(await codeOf(commands.requestMedia(other, as(BEN, 'mine')))).toBe('IDEMPOTENCY_KEY_REUSED');
  expect(await codeOf(startCommands().requestMedia(other, as(BEN, 'mine')))).toBe('IDEMPOTENCY_KEY_REUSED');
  expect((await commands.requestMedia(other, as(CLEO, 'mine'))).outcome).toBe('CREATED');
});

it.each(['', 'x'.repeat(201), 'a\u0000b'])('refuses a key that is none: %j', async (key) => {
  expect(await codeOf(startCommands().requestMedia(wanted(), as(BEN, key)))).toBe('INVALID_INPUT');
  expect(await facts()).toEqual([]);
});

it('asks once without a key, too: the second time one is on it already', async () => {
  const first = await startCommands().requestMedia(wanted(), as(BEN));
  const second = await startCommands().requestMedia(wanted(), as(BEN));
  expect(second).toMatchObject({ outcome: 'ALREADY_REQUESTED', position: first.position });
  expect(second.request).toEqual(first.request);
});

it('refuses series, seasons of a film, and ids that are none, before anything is written', async () => {
  const ask = (change: object) =>
    codeOf(startCommands().requestMedia({ ...wanted(), ...change }, as(BEN, `bad ${film}`)));
  expect(await ask({ type: 'TV' })).toBe('TV_NOT_YET');
  expect(await ask({ seasons: [1] })).toBe('INVALID_INPUT');
  expect(await ask({ tmdbId: 0 })).toBe('INVALID_INPUT');
  expect(await facts()).toEqual([]);
});

it('takes the title and its availability from what is remembered, in the quality that is asked for', async () => {
  const title = {
    title: 'Heat',
    year: 1995,
    posterPath: '/heat.jpg',
    plexUrl: 'https://plex.example/2',
    observedAt: at(0),
  };
  remembered = { ...title, availability: 'AVAILABLE', availability4k: 'NOT_AVAILABLE' };
  expect(await codeOf(startCommands().requestMedia(wanted(), as(BEN)))).toBe('ALREADY_AVAILABLE');
  const { request } = await startCommands().requestMedia({ ...wanted(), quality: 'UHD_4K' }, as(BEN));
  expect(request).toMatchObject({ title: 'Heat', year: 1995, posterPath: '/heat.jpg', quality: 'UHD_4K' });
});

describe('a request that is named by its id', () => {
  /** The view sees what there is, as the projector would. */
  const project = async () => {
    const events = (await facts()).filter(({ streamVersion }) => streamVersion < 4);
    await test.database.transaction((tx) => createRequestViewProjection(codecs).project(events, tx));
    return true;
  };

  it('is found when the view catches up, and can be left', async () => {
    const commands = startCommands();
    await commands.requestMedia(wanted(), as(BEN));
    const { request } = await commands.requestMedia(wanted(), as(CLEO));
    catchUp = project;
    const { request: after } = await commands.leaveRequest(request.requestId, as(CLEO, `leave ${film}`));
    expect(after.followerIds).toEqual([]);
    await commands.leaveRequest(request.requestId, as(CLEO, `leave ${film}`));
    expect(typesOf(await facts())).toEqual([...CREATED, 'RequestJoined', 'RequestLeft']);
    expect(await codeOf(commands.leaveRequest(request.requestId, as(CLEO)))).toBe('NOT_ON_REQUEST');
    expect(await codeOf(commands.retryRequest(request.requestId, { ...as(BEN), mayDecide: true }))).toBe(
      'INVALID_TRANSITION',
    );
  });

  it('is not there when the view has seen all, and unknown when it has not', async () => {
    expect(await codeOf(startCommands().locate('req_nobody'))).toBe('NOT_FOUND');
    catchUp = () => Promise.resolve(false);
    expect(await codeOf(startCommands().locate('req_nobody'))).toBe('STALE_READ');
  });
});
