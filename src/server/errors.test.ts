import { GraphQLError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import {
  ConcurrencyConflict,
  Conflict,
  DatabaseUnavailable,
  EventStoreUnavailable,
  Forbidden,
  InvalidInput,
  Lagged,
  PositionExpired,
  StaleRead,
  UnknownOutcome,
} from '../mechanisms/errors';
import type { TestDoor } from './testing';
import { openTestDoor, ways } from './testing';

let door: TestDoor;
beforeAll(async () => {
  door = await openTestDoor();
});
afterAll(() => door.close());

async function told(error: Error) {
  door.failure.error = error;
  door.logged.length = 0;
  const { status, body } = await door.ask('{ fail }', 'ben');
  expect(status).toBe(200);
  expect(body.data).toEqual({ fail: null });
  return body.errors?.[0];
}

it.each([
  [new InvalidInput('wrong', ['a', 'b'], 'EXACT'), { code: 'EXACT', argumentPath: ['a', 'b'] }],
  [new Forbidden('no', ['ADMIN']), { code: 'FORBIDDEN', missing: ['ADMIN'] }],
  [new Conflict('late', 'LATE'), { code: 'LATE' }],
  [new PositionExpired('old', 'p1.pg.7'), { code: 'POSITION_EXPIRED', oldest: 'p1.pg.7' }],
  [new Lagged('p1.pg.9'), { code: 'LAGGED', retryable: true, position: 'p1.pg.9' }],
  [new StaleRead('behind'), { code: 'STALE_READ', retryable: true }],
  [new ConcurrencyConflict('s', 1, 2), { code: 'CONCURRENCY_CONFLICT', retryable: true }],
])('%s is told with its code, and nobody is woken', async (error, extensions) => {
  expect(await told(error)).toEqual({
    message: error.message,
    path: ['fail'],
    locations: [{ line: 1, column: 3 }],
    extensions: { retryable: false, ...extensions },
  });
  expect(door.logged).toEqual([]);
});

it.each([
  ['a bug', new TypeError('secret: select * from token where password = hunter2'), 'INTERNAL_SERVER_ERROR'],
  [
    'a database error',
    Object.assign(new Error('secret'), { code: '42P01', detail: 'secret' }),
    'INTERNAL_SERVER_ERROR',
  ],
  [
    'a library’s GraphQLError',
    new GraphQLError('secret', { extensions: { secret: 1, stack: 'secret' } }),
    'INTERNAL_SERVER_ERROR',
  ],
  ['a broken part of ours', new EventStoreUnavailable('secret host'), 'EVENT_STORE_UNAVAILABLE'],
])('%s is told by an id that the log has too, and nothing else', async (_what, error, code) => {
  const answer = await told(error);
  expect(answer?.extensions).toMatchObject({ code, errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(JSON.stringify(answer)).not.toMatch(/secret|hunter2|stack|at /);
  expect(door.logged).toMatchObject([{ errorId: answer?.extensions.errorId, err: { message: error.message } }]);
});

it.each([
  ['the database is away', new DatabaseUnavailable('secret host'), 'the database is away; try again in a moment'],
  ['the event store is away', new EventStoreUnavailable('secret'), 'the event store is away; try again in a moment'],
  ['nobody knows what became of it', new UnknownOutcome('secret'), 'with the same idempotencyKey if there was one'],
  ['it is a bug', new TypeError('secret'), 'this server failed (the server'],
])('when %s, the caller is told what to do, and where the log tells more', async (_what, error, words) => {
  const answer = await told(error);
  expect(answer?.message).toContain(words);
  expect(answer?.message).toContain(String(answer?.extensions.errorId));
  expect(JSON.stringify(answer)).not.toContain('secret');
});

it('an argument that a validator refuses does not come back', async () => {
  const refused = { target: { password: 'hunter2' }, value: 'hunter2', property: 'password' };
  expect(JSON.stringify(await told(new ArgumentValidationError([refused])))).not.toContain('hunter2');
});

it.each([
  ['an argument', 'query($x: Int) { add(a: 1, b: $x) }'],
  ['a directive', 'query($x: Boolean = true) { open(code: "x") @include(if: $x) }'],
])('a null in a variable of %s is the caller’s mistake', async (_what, query) => {
  door.logged.length = 0;
  const { body } = await door.ask(query, 'ben', { variables: { x: null } });
  expect(body.errors).toMatchObject([
    { message: expect.stringContaining('must not be null'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(door.logged).toEqual([]);
});

describe.each(Object.entries(ways))('by %s', (_way, send) => {
  it.each([
    ['a bug', new TypeError('secret: select * from token where password = hunter2'), 'INTERNAL_SERVER_ERROR'],
    ['what an upstream said', new Error('502 {"secret":"hunter2"}'), 'INTERNAL_SERVER_ERROR'],
    ['a broken part of ours', new EventStoreUnavailable('secret host'), 'EVENT_STORE_UNAVAILABLE'],
  ])('%s is told by an id that the log has too', async (_what, error, code) => {
    door.failure.error = error;
    door.logged.length = 0;
    const answer = await send(door, '{ fail }');
    expect(answer?.extensions).toMatchObject({ code, errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(JSON.stringify(answer)).not.toMatch(/secret|hunter2|stack|at /);
    expect(door.logged).toMatchObject([{ errorId: answer?.extensions.errorId }]);
  });

  it.each([
    ['an argument is wrong', new InvalidInput('wrong', ['a'], 'EXACT'), 'EXACT'],
    ['the state does not allow it', new Conflict('late', 'LATE'), 'LATE'],
    ['a position is gone', new PositionExpired('old', 'p1.pg.7'), 'POSITION_EXPIRED'],
  ])('that %s is told by its code, and nobody is woken', async (_what, error, code) => {
    door.failure.error = error;
    door.logged.length = 0;
    expect(await send(door, '{ fail }')).toMatchObject({ code, message: error.message });
    expect(door.logged).toEqual([]);
  });

  it('an argument that a validator refuses does not come back', async () => {
    const refused = { target: { password: 'hunter2' }, value: 'hunter2', property: 'password' };
    door.failure.error = new ArgumentValidationError([refused]);
    expect(JSON.stringify(await send(door, '{ fail }'))).not.toContain('hunter2');
  });
});

it.each([
  ['a version that is none', { version: 2, sha256Hash: 'x' }],
  ['the hash of another', { version: 1, sha256Hash: 'x' }],
])('a persisted query with %s is the caller’s mistake', async (_what, persistedQuery) => {
  door.logged.length = 0;
  const { status, body } = await door.ask('{ me { id } }', 'ben', { extensions: { persistedQuery } });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
  expect(door.logged).toEqual([]);
});
