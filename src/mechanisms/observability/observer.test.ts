import { setImmediate as pause } from 'node:timers/promises';
import type { Step } from './observer';
import { bind } from './async-context';
import { createObserver } from './observer';

const call: Step = { kind: 'UPSTREAM', of: 'plex', what: 'GET /library', outcome: '200', ms: 5 };
const asked = { what: 'select state from request_view', name: 'select request_view' };
const statement: Step = { kind: 'SQL', of: 'serving', ...asked, outcome: 'OK', ms: 1 };

it('gives each step to the operation that it was done for, however they mix', async () => {
  const observer = createObserver();
  const work = async (times: number) => {
    for (let n = 0; n < times; n += 1) {
      await pause();
      observer.step(call);
    }
    observer.step(statement);
  };
  const recordings = [1, 3].map((times) => {
    const recording = observer.begin({ trace: true });
    return { recording, done: observer.record(recording, () => work(times)) };
  });
  observer.step(call);
  await Promise.all(recordings.map(({ done }) => done));
  expect(recordings.map(({ recording }) => [recording.upstreamCalls, recording.statements])).toEqual([
    [1, 1],
    [3, 1],
  ]);
  expect(recordings[0]?.recording.trace).toEqual(
    [call, statement].map((step) => ({ ...step, endedAtMs: expect.any(Number) })),
  );
  const { text } = await observer.metrics.expose();
  expect(text).toContain('medianest_upstream_call_seconds_count{upstream="plex",outcome="200"} 5');
  expect(text).toContain(
    'medianest_database_statement_seconds_count{pool="serving",statement="select request_view",outcome="OK"} 2',
  );
});

it('keeps no steps unless asked to, no more than a reader reads, and none after the end', () => {
  const observer = createObserver();
  const [counted, traced] = [observer.begin({ trace: false }), observer.begin({ trace: true })];
  for (const recording of [counted, traced]) {
    observer.record(recording, () => {
      for (let n = 0; n < 300; n += 1) observer.step(call);
      recording.stop();
      observer.step(call);
    });
  }
  expect([counted.trace, counted.upstreamCalls]).toEqual([null, 300]);
  expect([traced.trace?.length, traced.upstreamCalls]).toEqual([200, 300]);
});

it('follows what is awaited, however it comes to an end, and forgets when it is over', async () => {
  const observer = createObserver();
  const recording = observer.begin({ trace: false });
  const waits: (() => PromiseLike<unknown>)[] = [
    () => Promise.resolve(),
    () => Promise.reject(new Error('no')).catch(() => undefined),
    () => Promise.all([pause(), new Promise((resolve) => setTimeout(resolve, 1))]),
    () => new Promise((resolve) => process.nextTick(resolve)),
    () => ({ then: (done: (value: unknown) => void) => setImmediate(done, 1) }) as unknown as PromiseLike<unknown>,
  ];
  await observer.record(recording, async () => {
    for (const wait of waits) {
      await wait();
      observer.step(call);
      await observer.record(observer.begin({ trace: false }), async () => {
        await wait();
        observer.step(call); // of another
      });
      observer.step(call);
    }
  });
  observer.step(call);
  expect(observer.current()).toBeUndefined();
  expect(recording.upstreamCalls).toBe(2 * waits.length);
});

it('is taken along by a callback that asks for it', async () => {
  const observer = createObserver();
  const recording = observer.begin({ trace: false });
  const step = (): void => observer.step(call);
  await new Promise<void>((done) => {
    observer.record(recording, () => process.nextTick(bind(step)));
    setImmediate(done);
  });
  expect(recording.upstreamCalls).toBe(1);
});
