import { createLogin } from './login';

const times = { leastMs: 5_000, refusedMs: 300_000, limitedMs: 65_000 };

/** A server with these answers, in their order, and a clock. */
function door(...answers: object[]) {
  let now = 0;
  const asked: unknown[][] = [];
  const login = createLogin({ user: 'admin', password: 'secret', clock: () => now, times });
  const emit = (...args: unknown[]) => {
    asked.push(args);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new Error('no answer'));
  };
  return {
    enter: () => login.enter(emit),
    asked,
    pass: (ms: number) => void (now += ms),
    events: () => asked.map(([event]) => event),
  };
}
const IN = { ok: true, token: 'jwt' };

it('sends the password once, then the token it got', async () => {
  const { enter, asked } = door(IN, { ok: true });
  await enter();
  await enter();
  expect(asked).toEqual([
    ['login', { username: 'admin', password: 'secret', token: '' }],
    ['loginByToken', 'jwt'],
  ]);
});

it.each(['authInvalidToken', 'Invalid token.', 'authUserInactiveOrDeleted'])(
  'goes back to the password when the token is refused: %s',
  async (msg) => {
    const { enter, events, pass } = door(IN, { ok: false, msg }, IN);
    await enter();
    pass(times.leastMs);
    await enter();
    expect(events()).toEqual(['login', 'loginByToken', 'login']);
  },
);

it.each([
  ['2.x', { ok: false, msg: 'authIncorrectCreds', msgi18n: true }, 'UNAUTHORIZED', times.refusedMs],
  ['1.23', { ok: false, msg: 'Incorrect username or password.' }, 'UNAUTHORIZED', times.refusedMs],
  ['a second factor', { tokenRequired: true }, 'UNAUTHORIZED', times.refusedMs],
  ['too many', { ok: false, msg: 'Too frequently, try again later.' }, 'RATE_LIMITED', times.limitedMs],
  ['anything else', { ok: false, msg: 'SQLITE_BUSY' }, 'UPSTREAM_5XX', times.limitedMs],
  ['no answer of its kind', { hello: 'world' }, 'WRONG_SHAPE', times.limitedMs],
] as const)('a refusal (%s) is not asked for again before its time', async (...[, refusal, failure, waitMs]) => {
  const { enter, events, pass } = door(refusal, IN);
  await expect(enter()).rejects.toMatchObject({ failure, retryAfterMs: waitMs });
  pass(waitMs - 1);
  await expect(enter()).rejects.toMatchObject({ failure, retryAfterMs: 1 });
  expect(events()).toEqual(['login']);
  pass(1);
  await enter();
  expect(events()).toEqual(['login', 'login']);
});

it('an answer that is lost counts as a login: twelve a minute at most, whatever happens', async () => {
  const { enter, events, pass } = door();
  for (let second = 0; second < 60; second++) {
    await enter().catch(() => undefined);
    pass(1_000);
  }
  expect(events()).toHaveLength(12);
});

it('tells neither the password nor what the server said', async () => {
  const { enter } = door({ ok: false, msg: 'wrong: secret' });
  const error = await enter().catch((reason: Error) => reason);
  expect(String(error)).not.toMatch(/secret|wrong/);
});
