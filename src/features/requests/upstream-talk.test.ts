import { createEventCodecs } from '../../mechanisms/event-store';
import { mediaRequestCodecs } from './media-request/event-codecs';
import { iso } from './media-request/testing';
import { createWorld } from './testing';

const world = () => createWorld(createEventCodecs(mediaRequestCodecs));

describe('what the upstream answers', () => {
  it('409: the one that is there is taken', async () => {
    const { run, upstream, story } = await world();
    const { title } = upstream.client;
    upstream.client.title = async (...args) => {
      const seen = await title(...args);
      if (upstream.requests.length === 0) upstream.add({ requestedByUserId: 9 }); // asked for there a moment later
      return seen;
    };
    await run();
    expect(upstream.calls).toEqual(['title', 'create', 'title']);
    expect(await story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestAdopted 1 CONFLICT']);
  });

  it('409, but nothing to be seen: unknown', async () => {
    const { run, upstream, story, connection } = await world();
    upstream.answerWith({ kind: 'CONFLICT' });
    await run();
    expect(await story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 UPSTREAM_5XX UNKNOWN']);
    expect(connection.checks).toBe(1);
  });

  it('whatever fails after the create was sent leaves it unknown: the look after a 409, the approval', async () => {
    const conflict = await world();
    conflict.upstream.answerWith({ kind: 'CONFLICT' });
    const create = conflict.upstream.client.createRequest;
    conflict.upstream.client.createRequest = (input) => (conflict.upstream.fail('title', 'REFUSED'), create(input));
    await conflict.run();
    expect(await conflict.story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 UNREACHABLE UNKNOWN']);

    const approval = await world();
    const held = approval.upstream.add({ status: 'PENDING' });
    approval.upstream.requests.pop();
    approval.upstream.answerWith({ kind: 'CREATED', request: held, mediaId: 7 });
    approval.upstream.fail('approve', 'RESET');
    await approval.run();
    expect(await approval.story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 TIMEOUT UNKNOWN']);
  });

  it('202: there already, or unknown', async () => {
    const unseen = await world();
    unseen.upstream.answerWith({ kind: 'NOTHING_TO_REQUEST' });
    await unseen.run();
    expect(await unseen.story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 UPSTREAM_5XX UNKNOWN']);

    const there = await world();
    const create = there.upstream.client.createRequest;
    there.upstream.client.createRequest = (input) => (there.upstream.becomes('AVAILABLE'), create(input));
    there.upstream.answerWith({ kind: 'NOTHING_TO_REQUEST' });
    await there.run();
    expect(await there.story()).toEqual(['HandoverAttempted 1', 'MediaBecameAvailable']);
  });

  it.each(['UPSTREAM_QUOTA', 'NO_SUCH_TITLE'] as const)('a refusal (%s) ends it', async (code) => {
    const { run, upstream, story, jobs } = await world();
    upstream.answerWith({ kind: 'REJECTED', code, detail: 'no' });
    await run();
    await run();
    expect(upstream.creates()).toBe(1);
    expect(await story()).toEqual(['HandoverAttempted 1', `HandoverRejected 1 ${code}`]);
    expect(jobs).toEqual([]);
  });

  it('the title is there already: nothing is sent', async () => {
    const { run, upstream, story } = await world();
    upstream.becomes('AVAILABLE');
    await run();
    expect(upstream.calls).toEqual(['title']);
    expect(await story()).toEqual(['HandoverAttempted 1', 'MediaBecameAvailable']);
  });

  it('no answer to the look: nothing was sent, and the connection is looked at', async () => {
    const { run, upstream, story, load, connection } = await world();
    upstream.fail('title', 'RESET');
    await run();
    expect(upstream.creates()).toBe(0);
    expect(await story()).toEqual(['HandoverAttempted 1', 'HandoverDeferred 1 TIMEOUT NOT_SENT']);
    expect((await load()).handover).toMatchObject({ state: 'QUEUED', uncertain: false, retryAt: iso(5) });
    expect(connection.checks).toBe(1);
  });

  it('nothing about the title: the create tells whether it is unknown', async () => {
    const { run, upstream, story } = await world();
    upstream.fail('title', 'UNDESCRIBED');
    upstream.answerWith({ kind: 'REJECTED', code: 'NO_SUCH_TITLE', detail: 'status code 404' });
    await run();
    expect(upstream.calls).toEqual(['title', 'create']);
    expect(await story()).toEqual(['HandoverAttempted 1', 'HandoverRejected 1 NO_SUCH_TITLE']);
  });

  it('nothing about the title, while one of ours may be there: nothing is sent', async () => {
    const uncertain = await world();
    uncertain.upstream.fail('create', 'RESET');
    await uncertain.run();
    uncertain.upstream.fail('title', 'UNDESCRIBED');
    uncertain.to(45);
    await uncertain.run();
    expect(uncertain.upstream.calls).toEqual(['title', 'create', 'title']);
    expect((await uncertain.story()).at(-1)).toBe('HandoverDeferred 2 UPSTREAM_5XX NOT_SENT');

    const failed = await world();
    await failed.run();
    await failed.observe('FAILED');
    await failed.retry();
    failed.upstream.fail('title', 'UNDESCRIBED');
    await failed.run();
    expect(failed.upstream.creates()).toBe(1);
    expect((await failed.story()).at(-1)).toBe('HandoverDeferred 2 UPSTREAM_5XX NOT_SENT');
  });

  it.each(['RESET', 'COMMIT_THEN_RESET'] as const)('no answer to the create (%s): one create in all', async (fault) => {
    const { run, upstream, to, story, load } = await world();
    upstream.fail('create', fault);
    await run();
    expect((await load()).handover).toMatchObject({ state: 'UNCERTAIN', uncertain: true, retryAt: iso(45) });
    to(44);
    await run();
    expect(upstream.creates()).toBe(1);
    to(45);
    await run();
    expect(upstream.requests).toHaveLength(1);
    const end = fault === 'RESET' ? 'UpstreamRequestCreated 2' : 'UpstreamRequestAdopted 2 FOUND_AFTER_UNCERTAIN';
    expect(await story()).toEqual([
      'HandoverAttempted 1',
      'HandoverDeferred 1 TIMEOUT UNKNOWN',
      'HandoverAttempted 2',
      end,
    ]);
  });

  it('stays uncertain when the look after it fails', async () => {
    const { run, upstream, to, load, target } = await world();
    upstream.fail('create', 'COMMIT_THEN_RESET');
    await run();
    to(45);
    upstream.fail('title', 'REFUSED');
    await run();
    expect((await load()).handover).toMatchObject({ state: 'QUEUED', uncertain: true, certainty: 'NOT_SENT' });
    to(89);
    await run({ ...target, early: true });
    expect(upstream.calls.filter((one) => one === 'title')).toHaveLength(2);
    to(90);
    await run();
    expect(upstream.requests).toHaveLength(1);
    expect((await load()).upstream).toEqual({ requestId: 1, adopted: 'FOUND_AFTER_UNCERTAIN' });
  });

  it('a pause that it asks for is kept', async () => {
    const { run, upstream, load } = await world();
    const detail = 'slow down';
    upstream.answerWith({
      kind: 'FAILED',
      cause: 'RATE_LIMITED',
      certainty: 'NOT_SENT',
      detail,
      retryAfterMs: 120_000,
    });
    await run();
    expect((await load()).handover).toMatchObject({ state: 'QUEUED', retryAt: iso(120) });
  });
});

describe('a request that is there already', () => {
  it('is approved when it is pending, then taken', async () => {
    const { run, upstream, story } = await world();
    upstream.add({ status: 'PENDING' });
    await run();
    expect(upstream.calls).toEqual(['title', 'approve']);
    expect(upstream.requests[0]?.status).toBe('APPROVED');
    expect(await story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestAdopted 1 PREEXISTING']);
  });

  it('is not taken when the approval fails: nothing new of ours is there', async () => {
    const { run, upstream, to, story } = await world();
    upstream.add({ status: 'PENDING' });
    upstream.fail('approve', 'RESET');
    await run();
    to(5);
    await run();
    expect(await story()).toEqual([
      'HandoverAttempted 1',
      'HandoverDeferred 1 TIMEOUT NOT_SENT',
      'HandoverAttempted 2',
      'UpstreamRequestAdopted 2 PREEXISTING',
    ]);
  });

  it('is tried again when its download failed, and after our own retry', async () => {
    const { run, upstream, retry, observe, story } = await world();
    await run();
    upstream.requests.splice(0, 1, { ...upstream.requests[0]!, status: 'FAILED' });
    await observe('FAILED');
    await retry();
    await run();
    expect(upstream.calls).toEqual(['title', 'create', 'title', 'retry']);
    expect((await story()).slice(2)).toEqual([
      'FulfilmentFailed',
      'MediaRequestRetried',
      'HandoverQueued',
      'HandoverAttempted 2',
      'UpstreamRequestAdopted 2 PREEXISTING',
    ]);
  });

  it('is taken when it was completed since the first attempt, not when it is of an earlier round', async () => {
    const since = await world();
    since.upstream.add({ status: 'COMPLETED', createdAt: iso(-59) });
    await since.run();
    expect(await since.story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestAdopted 1 PREEXISTING']);

    const before = await world();
    before.upstream.add({ status: 'COMPLETED', createdAt: iso(-61) });
    before.upstream.answerWith({ kind: 'CREATED', request: before.upstream.requests[0]!, mediaId: null });
    await before.run();
    expect(await before.story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestCreated 1']);
  });

  it('is not ours when it is of another quality or was declined', async () => {
    const { run, upstream, story } = await world();
    upstream.add({ is4k: true });
    upstream.add({ status: 'DECLINED' });
    await run();
    expect(await story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestCreated 1']);
  });
});

it('a create that the upstream holds back is approved', async () => {
  const { run, upstream, story } = await world();
  const request = upstream.add({ status: 'PENDING' });
  upstream.requests.pop();
  upstream.answerWith({ kind: 'CREATED', request, mediaId: 7 });
  await run();
  expect(upstream.calls).toEqual(['title', 'create', 'approve']);
  expect(await story()).toEqual(['HandoverAttempted 1', 'UpstreamRequestCreated 1']);
});
