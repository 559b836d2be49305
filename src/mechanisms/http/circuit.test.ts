import type { RequestListener, ServerResponse } from 'node:http';
import { createObserver } from '../observability';
import { createBench, failureOf, json, refusedAddress } from './testing';
import type { Bench } from './testing';
import type { HttpClient } from './http-client';

const read = { method: 'GET', path: '/thing' } as const;
const write = { method: 'POST', path: '/thing', body: {} } as const;

let bench: Bench;
let arrived: string[];
beforeEach(() => {
  bench = createBench();
  arrived = [];
});
afterEach(() => bench.close());

type Answer = (response: ServerResponse) => void;
const cut: Answer = (response) => void response.socket?.resetAndDestroy();
const fine: Answer = (response) => json(response, 200, {});
const status =
  (code: number): Answer =>
  (response) =>
    json(response, code, {});

/** Answers the first calls as listed, and the rest like the last. */
function answeringInTurn(...answers: [Answer, ...Answer[]]): RequestListener {
  return (request, response) => {
    const answer = answers[Math.min(arrived.length, answers.length - 1)]!;
    arrived.push(request.method!);
    answer(response);
  };
}

const serving = async (...answers: [Answer, ...Answer[]]): Promise<HttpClient> =>
  bench.client(await bench.serve(answeringInTurn(...answers)));

async function until(happened: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!happened()) {
    if (performance.now() > giveUpAt) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Writes, because they are one try each. */
async function breakOpen(client: HttpClient): Promise<void> {
  for (let count = 0; count < 5; count += 1) await failureOf(client.request(write));
}

describe('a repeat', () => {
  it.each([
    ['cut connection', cut],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
  ])('is made for a read that met a %s, twice at most', async (_what, answer) => {
    const client = await serving(answer, answer, fine);
    expect(await client.request(read)).toMatchObject({ status: 200 });
    const inVain = await serving(answer);
    arrived = [];
    await failureOf(inVain.request(read));
    expect(arrived).toHaveLength(3);
  });

  it.each([
    ['a write', write, cut],
    ['a probe', { ...read, probe: true }, cut],
    ['a read that was answered 500', read, status(500)],
    ['a read that was refused', read, status(401)],
    ['a read that was answered something else', read, (response: ServerResponse) => void response.end('<html>')],
  ])('is not made for %s', async (_what, call, answer) => {
    const client = await serving(answer);
    await failureOf(client.request(call));
    expect(arrived).toHaveLength(1);
  });

  it('has no more time than the call', async () => {
    const client = await serving(() => undefined);
    const startedAt = performance.now();
    expect(await failureOf(client.request({ ...read, deadlineMs: 500 }))).toMatchObject({ failure: 'TIMEOUT' });
    expect(performance.now() - startedAt).toBeLessThan(4_900); // a call without a deadline has 5 s
    expect(arrived).toHaveLength(1);
  });
});

describe('the circuit', () => {
  it('opens after five calls in a row that met nobody: then nothing is sent, and the failure says so', async () => {
    const client = await serving(cut);
    await breakOpen(client);
    const failure = await failureOf(client.request(write));
    expect(failure).toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT' });
    expect(failure.message).toBe('upstream: POST /thing was not sent: the last calls all failed');
    expect(await failureOf(client.request(read))).toMatchObject({ certainty: 'NOT_SENT' });
    expect(arrived).toHaveLength(5);
    expect(bench.lines.join()).toContain('the circuit is open');
  });

  it.each([
    ['answers 503', (): Promise<HttpClient> => serving(status(503))],
    [
      'is silent',
      async () => bench.client(await bench.serve((request) => void arrived.push(request.method!)), { timeoutMs: 50 }),
    ],
    ['listens no more', async () => bench.client(await refusedAddress())],
  ])('opens when the upstream %s', async (_what, open) => {
    const client = await open();
    await breakOpen(client);
    const failure = await failureOf(client.request(write));
    expect(failure.message).toMatch(/not sent: the last calls all failed/);
  });

  it.each([
    ['errors', [status(500)]],
    ['refusals', [status(401)]],
    ['failures that are interrupted by an answer', [cut, cut, cut, cut, status(500), cut, cut, cut, cut, fine]],
  ] as [string, [Answer, ...Answer[]]][])('stays closed for %s', async (_what, answers) => {
    const client = await serving(...answers);
    for (let count = 0; count < 9; count += 1) await failureOf(client.request(write));
    expect(arrived).toHaveLength(9);
  });

  it('lets a probe through, and an answered one closes it at once', async () => {
    const client = await serving(cut, cut, cut, cut, cut, status(503), fine);
    const probe = { ...read, probe: true };
    await breakOpen(client);
    expect(await failureOf(client.request(probe))).toMatchObject({ status: 503 });
    expect(await failureOf(client.request(write))).toMatchObject({ certainty: 'NOT_SENT', failure: 'UNREACHABLE' });
    await client.request(probe);
    expect(await client.request(write)).toMatchObject({ status: 200 });
    expect(bench.lines.join()).toContain('the circuit is closed');
  });

  it('lets one call try after a rest, and its answer closes it', async () => {
    const client = await serving(cut, cut, cut, cut, cut, fine);
    await breakOpen(client);
    let answered = 0;
    await until(() => {
      void client.request(write).then(
        () => (answered += 1),
        () => undefined,
      );
      return answered > 0;
    });
    expect(arrived.length).toBeGreaterThan(5);
    expect(await client.request(write)).toMatchObject({ status: 200 });
  });

  it('is each upstream its own', async () => {
    const client = await serving(cut);
    await breakOpen(client);
    const other = bench.client(await bench.serve((_request, response) => json(response, 200, {})));
    expect(await other.request(write)).toMatchObject({ status: 200 });
  });

  it('does not open again for calls that waited in vain for the one that tries', async () => {
    const held: ServerResponse[] = [];
    const listener = answeringInTurn(cut, cut, cut, cut, cut, (response) => void held.push(response), fine);
    const client = bench.client(await bench.serve(listener), { maxConcurrent: 10 });
    await breakOpen(client);
    let trying: Promise<unknown> | undefined;
    await until(() => {
      // One at a time: the next one would wait for it, and be made after.
      trying ??= client.request(write).then(
        () => undefined,
        () => (trying = undefined),
      );
      return held.length > 0;
    });
    const waiting = Array.from({ length: 6 }, () => failureOf(client.request({ ...write, deadlineMs: 50 })));
    expect((await Promise.all(waiting)).map(({ failure }) => failure)).toEqual(Array(6).fill('TIMEOUT'));
    json(held[0]!, 200, {});
    await trying;
    await new Promise((resolve) => setTimeout(resolve, 20)); // nothing shows that a call was not made
    expect(await client.request(write)).toMatchObject({ status: 200 });
    expect(arrived).toHaveLength(7);
  });
});

it('an observer hears of every call and of the circuit', async () => {
  const observer = createObserver();
  const url = await bench.serve(answeringInTurn(fine, status(500), cut));
  const client = bench.client(url, { observer });
  await client.request(write);
  await failureOf(client.request(write));
  await breakOpen(client);
  const { text } = await observer.metrics.expose();
  for (const [outcome, times] of Object.entries({ 200: 1, UPSTREAM_5XX: 1, UNREACHABLE: 5 }))
    expect(text).toContain(`medianest_upstream_call_seconds_count{upstream="upstream",outcome="${outcome}"} ${times}`);
  expect(text).toContain('medianest_upstream_circuit_open{upstream="upstream"} 1');
});
