import { createEventCodecs } from '../../mechanisms/event-store';
import type { EventStore } from '../../mechanisms/event-store';
import { createHandOverReactor, HAND_OVER, wakeHandover } from './hand-over.reactor';
import { mediaRequestCodecs } from './media-request/event-codecs';
import { titleOfStream } from './media-request/media-request';
import { at, iso, STREAM } from './media-request/testing';
import { called, createWorld } from './testing';

const codecs = createEventCodecs(mediaRequestCodecs);
const world = () => createWorld(codecs);

it('looks, creates once, and is linked', async () => {
  const { run, upstream, story, load } = await world();
  await run();
  await run();
  expect(upstream.calls).toEqual(['title', 'create']);
  expect(await story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestCreated 1']);
  expect(await load()).toMatchObject({ handover: { state: 'LINKED' }, upstream: { requestId: 1, adopted: null } });
});

describe('a worker that dies', () => {
  const lost = ['HandoverAttempted 1', 'HandoverDeferred 1 WORKER_LOST UNKNOWN', 'HandoverAttempted 2'];

  it('K3: after the attempt was written, before the create: one create later', async () => {
    const { worker, run, upstream, to, jobs, story } = await world();
    upstream.fail('title', 'HANG');
    void worker()();
    await called(upstream, 'title');
    await run();
    expect(jobs.at(-1)).toMatchObject({ task: HAND_OVER, runAt: at(15) });
    to(15);
    await run();
    await run();
    expect(jobs.at(-1)?.runAt).toEqual(at(45));
    expect(upstream.creates()).toBe(0);
    to(45);
    await run();
    expect(upstream.creates()).toBe(1);
    expect(await story()).toEqual([...lost, 'UpstreamRequestCreated 2']);
  });

  it('K4: after the create left, before its answer: found, no second create', async () => {
    const { worker, run, upstream, to, story, load } = await world();
    upstream.fail('create', 'COMMIT_THEN_HANG');
    void worker()();
    await called(upstream, 'create');
    to(15);
    await run();
    to(45);
    await run();
    expect(upstream.creates()).toBe(1);
    expect(await story()).toEqual([...lost, 'UpstreamRequestAdopted 2 FOUND_AFTER_UNCERTAIN']);
    expect(await load()).toMatchObject({ upstream: { requestId: 1 }, handover: { uncertain: false } });
  });

  it('K5: after the answer, before it was written down: found, no second create', async () => {
    const { worker, run, upstream, store, to, story } = await world();
    const append: EventStore['append'] = (stream, version, events) =>
      events[0]?.type === 'UpstreamRequestCreated'
        ? new Promise(() => undefined)
        : store.append(stream, version, events);
    void worker({ ...store, append })();
    await called(upstream, 'create');
    to(15);
    await run();
    to(45);
    await run();
    expect(upstream.creates()).toBe(1);
    expect(await story()).toEqual([...lost, 'UpstreamRequestAdopted 2 FOUND_AFTER_UNCERTAIN']);
  });

  it('K7: frozen between look and create while another takes over: it checks its lease and does not send', async () => {
    const { worker, run, upstream, to, story } = await world();
    let thaw = () => undefined as void;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    const { title } = upstream.client;
    upstream.client.title = async (...args) => {
      const seen = await title(...args);
      await frozen;
      return seen;
    };
    const sleeper = worker()();
    await called(upstream, 'title');
    upstream.client.title = title;
    to(15);
    await run();
    to(45);
    await run();
    thaw();
    await sleeper;
    expect(upstream.creates()).toBe(1);
    expect(await story()).toEqual([...lost, 'UpstreamRequestCreated 2']);
  });
});

it('never sends an attempt that somebody else began', async () => {
  const { worker, upstream, store, story } = await world();
  let first = true;
  // The other worker's append of the very same attempt wins between our load and ours.
  const append: EventStore['append'] = async (stream, version, events) => {
    if (first && events[0]?.type === 'HandoverAttempted') {
      first = false;
      await store.append(stream, version, events);
    }
    return store.append(stream, version, events);
  };
  await worker({ ...store, append })();
  expect(upstream.calls).toEqual([]);
  expect(await story()).toEqual(['HandoverAttempted 1']);
});

it('ten workers at once send once', async () => {
  const { worker, upstream } = await world();
  await Promise.all(Array.from({ length: 10 }, () => worker()()));
  expect(upstream.calls).toEqual(['title', 'create']);
});

describe('when it is not the time', () => {
  it('too little of the lease left after the look: not sent', async () => {
    const { run, upstream, to, story } = await world();
    const { title } = upstream.client;
    upstream.client.title = async (...args) => (to(6.001), title(...args)); // 9 s are needed, of 15
    await run();
    expect(upstream.creates()).toBe(0);
    expect(await story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 TIMEOUT NOT_SENT']);
  });

  it('just enough of it left: sent', async () => {
    const { run, upstream, to } = await world();
    const { title } = upstream.client;
    upstream.client.title = async (...args) => (to(6), title(...args));
    await run();
    expect(upstream.creates()).toBe(1);
  });

  it('the connection is down: no attempt is consumed', async () => {
    const { run, upstream, connection, story } = await world();
    connection.usable = false;
    await run();
    expect([await story(), upstream.calls]).toEqual([[], []]);
    connection.usable = true;
    await run();
    expect(upstream.creates()).toBe(1);
  });

  it('two wake-ups during a back-off make no attempt; a connection that came back ends it', async () => {
    const { run, upstream, jobs, queue, target, to, story } = await world();
    upstream.fail('title', 'REFUSED');
    await run();
    to(4);
    await wakeHandover(queue, target, at(4));
    await run(jobs.at(-1)?.payload);
    await run();
    expect(await story()).toHaveLength(2);
    expect(jobs.at(-1)).toMatchObject({
      task: HAND_OVER,
      runAt: at(5),
      queue: `hand-over:${titleOfStream(STREAM)}`,
      payload: target,
    });
    await wakeHandover(queue, { ...target, early: true }, at(4));
    await run(jobs.at(-1)?.payload);
    expect(upstream.creates()).toBe(1);
  });
});

describe('released', () => {
  const released = async () => {
    const one = await world();
    await wakeHandover(one.queue, { ...one.target, early: true }, at(0));
    const next = () => one.run(one.jobs.at(-1)?.payload);
    return { ...one, next };
  };

  it('it waits for its turn, and comes with it, however late', async () => {
    const { turns, takers, jobs, next, to, upstream, target } = await released();
    turns.push(at(3));
    await next();
    expect(upstream.calls).toEqual([]);
    const payload = { ...target, early: true, turn: iso(3) };
    expect(jobs.at(-1)).toMatchObject({ key: `wake:${target.requestId}`, priority: 0, runAt: at(3), payload });
    to(500);
    await next();
    expect(upstream.creates()).toBe(1);
    expect(takers).toEqual([{ given: false }, { given: true }]);
  });

  it('it waits for another turn when too many came with theirs at once', async () => {
    const { turns, jobs, next, to, upstream } = await released();
    turns.push(at(3), at(600));
    await next();
    to(3);
    await next();
    expect([upstream.creates(), jobs.at(-1)?.runAt]).toEqual([0, at(600)]);
  });

  it('it takes no turn while the connection is down', async () => {
    const { turns, next, connection } = await released();
    turns.push(at(3));
    connection.usable = false;
    await next();
    expect(turns).toEqual([at(3)]);
  });

  it('it stays so while the service may still be at an attempt that was lost', async () => {
    const { run, next, upstream, queue, target, jobs, to } = await released();
    upstream.fail('create', 'UNDESCRIBED');
    await run();
    await wakeHandover(queue, { ...target, early: true }, at(1));
    await next();
    expect(jobs.at(-1)).toMatchObject({ runAt: at(45), payload: { ...target, early: true, turn: null } });
    to(45);
    await next();
    expect(upstream.creates()).toBe(2);
  });

  it('who has only just been queued needs none', async () => {
    const { turns, run, upstream } = await world();
    turns.push(at(3));
    await run();
    expect(upstream.creates()).toBe(1);
  });
});

describe('the reactor', () => {
  it('makes a job for each handover that waits, in the transaction it is given', async () => {
    const { run, upstream, store, target } = await world();
    upstream.fail('title', 'REFUSED');
    await run();
    const enqueued: unknown[][] = [];
    const reactor = createHandOverReactor({
      codecs,
      jobs: { enqueue: (...args) => (enqueued.push(args), Promise.resolve()) },
    });
    const notHere = () => {
      throw new Error('not here');
    };
    const tx = { query: notHere, prepared: notHere, send: notHere };
    const events = (await store.readStream(STREAM)).events.filter(({ type }) => reactor.handles.includes(type));
    expect(await reactor.project(events, tx)).toEqual([]);
    const job = { task: HAND_OVER, queue: `hand-over:${titleOfStream(STREAM)}`, payload: target };
    const waiting = [
      { ...job, key: events[0]?.eventId },
      { ...job, key: events[1]?.eventId, runAt: at(5) },
    ];
    expect(enqueued).toEqual([[waiting, tx]]);
  });
});
