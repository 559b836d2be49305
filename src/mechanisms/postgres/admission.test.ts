import { setTimeout as pause } from 'node:timers/promises';
import { Overloaded } from '../errors';
import { createAdmission } from './admission';

/** Waits until it is let go. */
function connecting() {
  let done = (): void => undefined;
  const connected = new Promise<void>((resolve) => (done = resolve));
  return { connect: () => connected, done: () => done() };
}
const turnedAway = (answer: Promise<unknown>) => expect(answer).rejects.toBeInstanceOf(Overloaded);

it('lets anybody in while nobody waits, whatever statements take', async () => {
  const admission = createAdmission({ size: 1, maxWaitMs: 100 });
  for (let n = 0; n < 50; n++) admission.held(10_000);
  expect(await admission.wait(() => Promise.resolve('mine'))).toBe('mine');
});

it.each([
  { heldMs: 10.5, size: 2, fit: 20 },
  { heldMs: 10.5, size: 4, fit: 39 },
  { heldMs: 52, size: 2, fit: 4 },
])('lets as many wait as are served in time: $fit at $heldMs ms by $size', async ({ heldMs, size, fit }) => {
  const admission = createAdmission({ size, maxWaitMs: 100 });
  for (let n = 0; n < 200; n++) admission.held(heldMs);
  const { connect, done } = connecting();
  const inside = Array.from({ length: fit }, () => admission.wait(connect));
  await turnedAway(admission.wait(connect));
  done();
  await Promise.all(inside);
  await admission.wait(connect);
});

it('lets nobody in while the first waits too long, and then again', async () => {
  const admission = createAdmission({ size: 20, maxWaitMs: 50 });
  const { connect, done } = connecting();
  const first = admission.wait(connect);
  const second = admission.wait(connect);
  await pause(60);
  await turnedAway(admission.wait(connect));
  done();
  await Promise.all([first, second]);
  await admission.wait(connect);
});

it('forgets who waited in vain', async () => {
  const admission = createAdmission({ size: 1, maxWaitMs: 20 });
  const failed = admission.wait(async () => {
    await pause(30);
    throw new Error('no server');
  });
  await expect(failed).rejects.toThrow('no server');
  expect(await admission.wait(() => Promise.resolve('mine'))).toBe('mine');
});
