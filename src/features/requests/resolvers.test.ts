import type { GraphQLResolveInfo } from 'graphql';
import { createLoaderScope } from '../../mechanisms/batching';
import { DatabaseUnavailable, NotFound } from '../../mechanisms/errors';
import { createEventCodecs, positionsOf } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { OperationContext } from '../../server/context';
import type { RequestPage } from './loaders';
import { createRequestPast, createUsableLoader } from './loaders';
import { mediaRequestCodecs } from './media-request/event-codecs';
import type { MediaRequestEvent } from './media-request/events';
import * as facts from './media-request/testing';
import { at, BEN, CLEO, ID, STREAM, then } from './media-request/testing';
import type { RequestStatus } from './media-request/media-request';
import type { PresentedRequest } from './presentation';
import { presentPast, presentRequest } from './presentation';
import type { RequestResolverParts } from './resolvers';
import { HandoverResolver, RequestResolver } from './resolvers';
import type { RequestFilter } from './types';

/** Cleo is on it from the fourth second, until the fifth. */
const life = [...facts.asked(), facts.joined(), facts.left()].map((one, n) => then(n + 1, one));
/** With the next request of the title, in the seventh second. */
const stream = [...life, then(7, facts.submitted({ requestId: 'req_2', requesterId: CLEO }))];

const asOf = createRequestPast({
  locate: (id) => (id === ID ? Promise.resolve({ streamId: STREAM }) : Promise.reject(new NotFound('none'))),
  store: {
    readStream: () =>
      Promise.resolve({
        version: stream.length - 1,
        events: recorded<MediaRequestEvent>(stream, STREAM) as StoredEvent[],
      }),
  },
  codecs: createEventCodecs(mediaRequestCodecs),
});

/** How they are shown the request of that second, and its timeline. */
async function lookBack(accountId: string, seconds: number) {
  const past = await asOf(ID, at(seconds));
  const person = (id: string) => ({ id, name: id, role: 'FRIEND' as const });
  const surroundings = { person, upstreamUrl: () => null };
  const shown = presentPast(presentRequest(past!, { accountId, scopes: new Set() }, surroundings));
  const timeline = { read: () => Promise.resolve([]), count: () => Promise.resolve(9) };
  const resolver = new RequestResolver({ timeline, surroundings } as unknown as RequestResolverParts);
  const told = (await resolver.timeline(shown, 10)) as unknown as { countAll(): Promise<number> };
  return { ...shown, told };
}

it('is folded from its own facts until then; before the first it was not there, nor was one that never was', async () => {
  expect(await asOf(ID, at(4))).toMatchObject({ state: { followerIds: [CLEO] }, position: 4n });
  expect(await asOf(ID, at(9))).toMatchObject({ state: { requestId: ID, followerIds: [] }, position: 5n });
  expect(await asOf(ID, at(0))).toBeNull();
  expect(await asOf('req_never', at(9))).toBeNull();
});

it('who left does not see its people any more, also as it was while they were on it', async () => {
  const shown = await lookBack(CLEO, 4);
  expect(shown).toMatchObject({ requester: null, followers: null });
  expect(await shown.told.countAll()).toBe(0);
});

it('who is on it sees its people, also as it was', async () => {
  const shown = await lookBack(BEN, 4);
  expect(shown).toMatchObject({ requester: { id: BEN }, followers: [{ id: CLEO }] });
  expect(await shown.told.countAll()).toBe(9);
});

it('what only the primary can tell is unknown while it is away, and no reason to fail; what is wrong there is', async () => {
  const { handover } = presentRequest(
    { state: facts.after(facts.asked()), position: 1n },
    { accountId: BEN, scopes: new Set() },
    { person: () => null, upstreamUrl: () => null },
  );
  const ask = (load: () => Promise<never>) => {
    const createLoader = () => ({ load });
    const parts = { clock: () => at(0), createUsableLoader: createLoader, createQueueLoader: createLoader };
    const resolver = new HandoverResolver(parts as unknown as RequestResolverParts);
    const context = { loaders: createLoaderScope() } as OperationContext;
    return Promise.allSettled<unknown>([
      resolver.waitingOn(handover, context),
      resolver.nextAttemptAt(handover, context),
      resolver.queuePosition(handover, context),
    ]);
  };
  const unknown = { status: 'fulfilled', value: null };
  expect(await ask(() => Promise.reject(new DatabaseUnavailable('away')))).toEqual([unknown, unknown, unknown]);
  expect(await ask(() => new Promise(() => undefined))).toEqual([unknown, unknown, unknown]); // it is frozen
  const failed = { status: 'rejected', reason: new Error('a bug') };
  expect(await ask(() => Promise.reject(new Error('a bug')))).toEqual([failed, failed, failed]);
});

it.each([
  { what: 'is away', load: () => Promise.reject(new DatabaseUnavailable('away')) },
  { what: 'is frozen', load: () => new Promise(() => undefined) },
])('a request has no picture while who could tell which $what', async ({ load }) => {
  const parts = {
    createTitleLoader: () => ({ load }),
    pictureUrl: (path: string | null) => path,
  };
  const resolver = new RequestResolver(parts as unknown as RequestResolverParts);
  const request = { state: facts.after(facts.asked()) } as PresentedRequest;
  expect(await resolver.posterUrl(request, { loaders: createLoaderScope() } as OperationContext)).toBeNull();
});

describe('a list of requests', () => {
  const wanted: RequestPage[] = [];
  const row = { state: facts.after(facts.asked()), streamId: STREAM, position: 1n };
  const resolver = new RequestResolver({
    queries: { page: (page: RequestPage) => (wanted.push(page), Promise.resolve([row, row])) },
    positions: positionsOf({ storeId: 'test' }),
    surroundings: { person: () => null, upstreamUrl: () => null },
  } as unknown as RequestResolverParts);
  const context = { viewer: { accountId: BEN, scopes: new Set() } } as unknown as OperationContext;
  const info = { fieldNodes: [], fragments: {} } as unknown as GraphQLResolveInfo;
  const list = (orderBy: RequestPage['orderBy'], { after, ...filter }: RequestFilter & { after?: string } = {}) =>
    resolver.requests(context, filter, orderBy, 1, after, undefined, info);

  it('goes on at its own cursor, and at none of another order', async () => {
    const { pageInfo } = await list('UPDATED_DESC');
    const after = pageInfo.endCursor!;
    await list('UPDATED_DESC', { after });
    const { updatedAt, requestId } = row.state;
    expect(wanted.at(-1)).toMatchObject({ after: { at: updatedAt, requestId } });
    await expect(list('REQUESTED_DESC', { after })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it.each<[RequestFilter, RequestStatus[]]>([
    [{ needsDecision: true }, ['PENDING_APPROVAL']],
    [{ needsDecision: true, status: ['APPROVED', 'PENDING_APPROVAL'] }, ['PENDING_APPROVAL']],
    [{ needsDecision: true, status: ['APPROVED'] }, []],
    [{ status: ['APPROVED'] }, ['APPROVED']],
  ])('is of what is all that is asked for: %j', async (filter, status) => {
    await list('UPDATED_DESC', filter);
    expect(wanted.at(-1)).toMatchObject({ status });
  });
});

it('looks the connection up once for all that wait for it, and not for those that do not', async () => {
  const looked: string[] = [];
  const isUsable = (id: string) => (looked.push(id), Promise.resolve(false));
  const resolver = new HandoverResolver({
    createUsableLoader: createUsableLoader({ isUsable }),
    clock: () => at(0),
    settleDelayMs: 0,
  } as RequestResolverParts);
  const nobody = { person: () => null, upstreamUrl: () => null };
  const told = async (...lives: MediaRequestEvent[][]) => {
    const context = { loaders: createLoaderScope() } as OperationContext;
    const waiting = lives.map(async (events) => {
      const request = { state: facts.after(events), position: 1n };
      const { handover } = presentRequest(request, { accountId: BEN, scopes: new Set() }, nobody);
      return Promise.all([resolver.waitingOn(handover, context), resolver.nextAttemptAt(handover, context)]);
    });
    return Promise.all(waiting);
  };
  expect(await told(facts.linked())).toEqual([[null, null]]);
  expect(looked).toEqual([]);
  expect(await told(facts.asked(), facts.asked())).toEqual([
    ['CONNECTION', null],
    ['CONNECTION', null],
  ]);
  expect(looked).toHaveLength(1);
});
