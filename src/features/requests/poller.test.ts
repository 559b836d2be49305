import type { Job } from '../../mechanisms/jobs';
import { createLogger } from '../../mechanisms/observability';
import type { HandoverQueries } from './loaders';
import type { HandoverCommands } from './media-request/commands';
import type { MediaRequest } from './media-request/media-request';
import { titleOfStream } from './media-request/media-request';
import type { UpstreamLook } from './media-request/observation';
import {
  after,
  asked,
  at,
  attempted,
  CONNECTION,
  created,
  ID,
  iso,
  linked,
  STREAM,
  submitted,
} from './media-request/testing';
import { createRequestPoller, RELEASE_WAITING } from './poller';
import { createUpstream } from './testing';

/** The poller over these requests, each second a round when asked. */
function poll(requests: MediaRequest[], usable = true) {
  let now = 0;
  const clock = () => at(now);
  const upstream = createUpstream(clock);
  const jobs: Job[] = [];
  const transactions: unknown[] = [];
  const failures: (Error | undefined)[] = [];
  const looks: UpstreamLook[] = [];
  const asksOf: object[] = [];
  const rows = () => Promise.resolve(requests.map((state) => ({ state, streamId: STREAM, position: 1n })));
  const queries = {
    linked: rows,
    dueHandovers: (asking: object) => (asksOf.push(asking), rows()),
  } as unknown as HandoverQueries;
  const commands = {
    observe: (_: object, look: UpstreamLook) => (looks.push(look), Promise.resolve()),
  } as unknown as HandoverCommands;
  const poller = createRequestPoller({
    ...{
      queries,
      commands,
      overseerr: upstream.client,
      clock,
      connectionId: CONNECTION,
      pollFastMs: 60_000,
      releaseMs: 500,
    },
    connections: { isUsable: () => Promise.resolve(usable) },
    jobs: {
      async enqueue(one, tx) {
        const failure = failures.shift();
        if (failure) throw failure;
        jobs.push(...[one].flat());
        transactions.push(tx);
      },
    },
    log: createLogger({ level: 'silent' }),
  });
  const to = (seconds: number) => void (now = seconds);
  return { poller, upstream, jobs, transactions, failures, looks, asksOf, requests, to };
}

it('looks at once, then once a period; a look that failed waits for its next turn', async () => {
  const { poller, upstream, looks, to } = poll([after(linked())]);
  upstream.add({ status: 'APPROVED' });
  upstream.add({ is4k: true });
  await poller.lookAtLinked();
  to(59);
  await poller.lookAtLinked();
  const requests = [{ id: 1, status: 'APPROVED' }];
  expect(looks).toEqual([{ observedAt: iso(0), media: 'UNKNOWN', plexUrl: null, requests }]);
  to(60);
  upstream.fail('title', 'RESET');
  await poller.lookAtLinked();
  to(119);
  await poller.lookAtLinked();
  expect(looks).toHaveLength(1);
  to(120);
  await poller.lookAtLinked();
  expect(looks).toHaveLength(2);
});

it('one that cannot be looked at does not keep the others from it', async () => {
  const { poller, upstream, looks } = poll([1, 2, 3].map((n) => after([submitted({ requestId: `req_${n}` })])));
  upstream.fail('title', 'RESET');
  await poller.lookAtLinked();
  expect(looks).toHaveLength(2);
});

it('counts the hour of fast looks from the handover, not from the asking: it may have waited a day', async () => {
  const day = 86_400;
  const late = after([...asked(), attempted(1, { startedAt: iso(day) }), created(1)]);
  const { poller, looks, to } = poll([late]);
  to(day + 10);
  await poller.lookAtLinked();
  to(day + 70);
  await poller.lookAtLinked();
  expect(looks).toHaveLength(2);
  to(day + 3_700);
  await poller.lookAtLinked();
  to(day + 3_760);
  await poller.lookAtLinked();
  expect(looks).toHaveLength(3);
});

it('does not look while the connection is down', async () => {
  const { poller, looks } = poll([after(linked())], false);
  await poller.lookAtLinked();
  expect(looks).toEqual([]);
});

it('a connection that came back releases by a job, of the transaction that says so', async () => {
  const { poller, jobs, transactions, asksOf } = poll([after(asked())]);
  const tx = { prepared: () => Promise.resolve([]) };
  await poller.releaseWaiting(tx);
  expect(jobs).toEqual([{ task: RELEASE_WAITING, key: `${RELEASE_WAITING}:${CONNECTION}`, payload: {} }]);
  expect(transactions).toEqual([tx]);
  expect(asksOf).toEqual([]);
});

it('the janitor wakes what is due; a connection that came back releases all that waits for it', async () => {
  const { poller, jobs, asksOf } = poll([after(asked())]);
  await poller.wakeDue();
  await poller.tasks[RELEASE_WAITING]();
  expect(asksOf).toEqual([{ now: at(0) }, { now: at(0), connectionId: CONNECTION }]);
  const queue = `hand-over:${titleOfStream(STREAM)}`;
  const job = { task: 'hand-over', queue, key: `wake:${ID}`, runAt: at(0), unlessWaiting: true };
  expect(jobs).toEqual([
    { ...job, priority: 1, payload: { streamId: STREAM, requestId: ID, turn: null } },
    // More urgent: the one before, perhaps for a later time, must not swallow it.
    { ...job, priority: 0, payload: { streamId: STREAM, requestId: ID, early: true, turn: null } },
  ]);
});

it('releases one after the other, everybody in turn', async () => {
  const of = (requesterId: string, n: number) =>
    after([submitted({ requestId: `req_${requesterId}${n}`, requesterId })]);
  const { poller, jobs, failures } = poll([of('ben', 1), of('ben', 2), of('cleo', 1)]);
  failures.push(undefined, new Error('gone')); // then the queue runs it again
  await expect(poller.tasks[RELEASE_WAITING]()).rejects.toThrow('gone');
  expect(jobs.splice(0)).toHaveLength(1);
  await poller.tasks[RELEASE_WAITING]();
  expect(jobs.map(({ key, runAt }) => [key, runAt?.getTime()])).toEqual([
    ['wake:req_ben1', at(0).getTime()],
    ['wake:req_cleo1', at(0).getTime() + 500],
    ['wake:req_ben2', at(0).getTime() + 1_000],
  ]);
});
