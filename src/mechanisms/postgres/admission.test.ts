import { setTimeout as pause } from 'node:timers/promises';
import { Overloaded } from '../errors';
import { createAdmission } from './admission';

/** A pool whose connections are all lent; who comes is in its queue until it is let go. */
function busyPool(size: number) {
  const pool = { waitingCount: 0, idleCount: 0, totalCount: size };
  let done = (): void => undefined;
  const connected = new Promise<void>((resolve) => (done = resolve));
  const connect = (): Promise<void> => {
    pool.waitingCount += 1;
    return connected.finally(() => (pool.waitingCount -= 1));
  };
  return { pool, connect, done: () => done() };
}
const turnedAway = (answer: Promise<unknown>) => expect(answer).rejects.toBeInstanceOf(Overloaded);

it('lets anybody in while nobody waits, whatever statements take', async () => {
  const admission = createAdmission({ pool: busyPool(1).pool, size: 1, maxWaitMs: 100 });
  for (let n = 0; n < 50; n++) admission.held(10_000);
  expect(await admission.wait(() => Promise.resolve('mine'))).toBe('mine');
});

it.each([
  { heldMs: 10.5, size: 2, fit: 20 },
  { heldMs: 10.5, size: 4, fit: 39 },
  { heldMs: 52, size: 2, fit: 4 },
])('lets as many wait as are served in time: $fit at $heldMs ms by $size', async ({ heldMs, size, fit }) => {
  const { pool, connect, done } = busyPool(size);
  const admission = createAdmission({ pool, size, maxWaitMs: 100 });
  for (let n = 0; n < 200; n++) admission.held(heldMs);
  const inside = Array.from({ length: fit }, () => admission.wait(connect));
  await turnedAway(admission.wait(connect));
  done();
  await Promise.all(inside);
  await admission.wait(connect);
});

it('lets nobody in while the first waits too long, and then again', async () => {
  const { pool, connect, done } = busyPool(20);
  const admission = createAdmission({ pool, size: 20, maxWaitMs: 50 });
  const first = admission.wait(connect);
  const second = admission.wait(connect);
  await pause(60);
  await turnedAway(admission.wait(connect));
  done();
  await Promise.all([first, second]);
  await admission.wait(connect);
});

it('lets in a burst of as many as there are free, which the pool has in its queue for a moment', async () => {
  const { pool, connect, done } = busyPool(20);
  const admission = createAdmission({ pool, size: 20, maxWaitMs: 50 });
  for (let n = 0; n < 200; n++) admission.held(10_000);
  pool.idleCount = 2;
  pool.totalCount = 19;
  const inside = Array.from({ length: 4 }, () => admission.wait(connect));
  await turnedAway(admission.wait(connect));
  done();
  await Promise.all(inside);
});

it('forgets who waited in vain', async () => {
  const admission = createAdmission({ pool: busyPool(1).pool, size: 1, maxWaitMs: 20 });
  const failed = admission.wait(async () => {
    await pause(30);
    throw new Error('no server');
  });
  await expect(failed).rejects.toThrow('no server');
  expect(await admission.wait(() => Promise.resolve('mine'))).toBe('mine');
});
