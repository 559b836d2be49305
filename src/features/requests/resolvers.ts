/* eslint max-lines: ["error", 520] -- every field of the feature, each of them glue; the import law wants them in one file */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { z } from 'zod';
import { createItemLoader } from '../../mechanisms/change-feed';
import type { ChangeFeed, FeedItem } from '../../mechanisms/change-feed';
import type { DomainError } from '../../mechanisms/errors';
import { ifKnownSoon, InvalidInput, NotFound, Unauthenticated } from '../../mechanisms/errors';
import type { Positions } from '../../mechanisms/event-store';
import {
  answering,
  asksFor,
  AtLeast,
  DateTime,
  decodeCursor,
  encodeCursor,
  page,
  pageSize,
  Position,
  problemOf,
} from '../../mechanisms/graphql';
import type { ResolverMount } from '../../mechanisms/graphql';
import type { BatchLoader } from '../../mechanisms/batching';
import type { ViewLoader } from '../../mechanisms/projections';
import type { OperationContext, Viewer } from '../../server/context';
import type { Notice } from '../connections/types';
import { MediaItem, PICTURE, Quality, Title } from '../library/types';
import type { RequestCommands, RememberedTitle } from './commands';
import type { RequestPage, RequestQueries, TitleOfRequest } from './loaders';
import type { Asking } from './media-request/commands';
import type { MediaRequest as MediaRequestState } from './media-request/media-request';
import { isParticipant } from './media-request/media-request';
import { AlreadyAvailable } from './media-request/refusals';
import { mayRequest } from './policy';
import { mayDecide, maySeePeople } from './visibility';
import type { PastRequest, PositionedRequest, PresentedRequest, Surroundings } from './presentation';
import { presentActor, presentPast, presentRequest } from './presentation';
import type { HandoverChange, RequestChange } from './request-change';
import { pageOf } from './request-page';
import type { TimelinePage, TimelineRow, WholeTimeline } from './request-timeline.read-model';
import type { RequestRow } from './request-view.read-model';
import { HANDOVER_CHANGED, REQUEST_CHANGED, REQUEST_VIEW } from './request-view.read-model';
import { timelineText } from './timeline-text';
import {
  AlreadyAvailableProblem,
  Handover,
  HandoverUpdate,
  MediaRequest,
  MediaRequestConnection,
  Permission,
  RequestFilter,
  RequestMediaInput,
  RequestMediaPayload,
  RequestOrder,
  RequestPayload,
  RequestStats,
  RequestStatus,
  RequestUpdate,
  TimelineConnection,
  UpstreamDuplicates,
  WaitingOn,
} from './types';
import type { Waiting } from './waiting';
import { isWaiting, waitingOf } from './waiting';

export interface RequestResolverParts {
  commands: RequestCommands;
  queries: RequestQueries;
  /** How many go before a request that waits. */
  createQueueLoader: () => BatchLoader<MediaRequestState, number>;
  feed: ChangeFeed;
  surroundings: Surroundings;
  timeline: {
    /** Both not older than `newest`, unless its projection is stopped. */
    read(page: TimelinePage): Promise<TimelineRow[]>;
    count(wanted: WholeTimeline): Promise<number>;
  };
  positions: Positions;
  /** How a request was then, from its facts; null: it was not there. */
  asOf(requestId: string, at: Date): Promise<PastRequest | null>;
  notices(): Promise<Notice[]>;
  /** Whether a connection is usable, by its id. */
  createUsableLoader: () => BatchLoader<string, boolean>;
  settleDelayMs: number;
  clock: () => Date;
  createRequestLoader: () => ViewLoader<string, RequestRow>;
  /** On the primary, where the change feed is: what is beside a change must not be older. */
  createChangedRequestLoader: () => ViewLoader<string, RequestRow>;
  createOpenRequestLoader: () => ViewLoader<TitleOfRequest, RequestRow>;
  /** The address of a title's poster on our own origin. */
  pictureUrl(posterPath: string | null): string | null;
  createTitleLoader: () => BatchLoader<{ type: 'MOVIE' | 'TV'; tmdbId: number }, RememberedTitle>;
}

/** The order is one of them: in another one a place means nothing. */
const cursorKeysOf = (orderBy: RequestPage['orderBy']) => z.tuple([z.literal(orderBy), z.iso.datetime(), z.string()]);
const timelineKeys = z.tuple([z.string().regex(/^\d{1,18}$/)]);

function viewerOf({ viewer }: OperationContext): Viewer {
  if (!viewer) throw new Unauthenticated('sign in first');
  return viewer;
}

function askingOf(context: OperationContext, idempotencyKey: string | undefined): Asking {
  const { accountId, role } = viewerOf(context);
  return {
    accountId,
    role,
    correlationId: context.correlationId,
    ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
  };
}

const KEY = 'Send the same key again and nothing is done twice: what was recorded the first time is the answer.';

@Resolver(() => MediaRequest)
export class RequestResolver {
  constructor(private readonly parts: RequestResolverParts) {}

  private present(request: PositionedRequest, context: OperationContext): PresentedRequest {
    return presentRequest(request, viewerOf(context), this.parts.surroundings);
  }

  @Query(() => MediaRequest, { nullable: true, description: 'One request; null when there is none.' })
  async request(
    @Ctx() context: OperationContext,
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @AtLeast() atLeast?: string,
  ): Promise<MediaRequest | null> {
    const { positions, createRequestLoader } = this.parts;
    const loader = context.loaders.use(createRequestLoader);
    const row = await loader.load(id, positions.atLeast(atLeast));
    return row ? this.present(row, context) : null;
  }

  // eslint-disable-next-line max-params -- GraphQL arguments
  @Query(() => MediaRequestConnection, { description: 'Requests of everybody; names only where they are for you.' })
  async requests(
    @Ctx() context: OperationContext,
    @Arg('filter', () => RequestFilter, { nullable: true, description: 'Which.' }) filter: RequestFilter | undefined,
    @Arg('orderBy', () => RequestOrder, { defaultValue: 'UPDATED_DESC', description: 'In which order.' })
    orderBy: keyof typeof RequestOrder,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' })
    after: string | undefined,
    @AtLeast() atLeast: string | undefined,
    @Info() info: GraphQLResolveInfo,
  ): Promise<MediaRequestConnection> {
    const limit = pageSize(first);
    const wanted = pageOf(filter, { orderBy, limit: limit + 1, accountId: viewerOf(context).accountId });
    wanted.atLeast = this.parts.positions.atLeast(atLeast);
    if (after) {
      const [, at, requestId] = decodeCursor(after, cursorKeysOf(orderBy));
      wanted.after = { at, requestId };
    }
    const { queries } = this.parts;
    const { rows, total } = asksFor(info, 'totalCount')
      ? await queries.countedPage(wanted)
      : { rows: await queries.page(wanted), total: null };
    const nodes = rows.slice(0, limit).map((row) => this.present(row, context));
    return page({
      nodes,
      cursorOf: ({ state, id }) =>
        encodeCursor([orderBy, orderBy === 'UPDATED_DESC' ? state.updatedAt : state.requestedAt, id]),
      hasNextPage: rows.length > limit,
      hasPreviousPage: !!after,
      ...(total !== null && { countAll: () => Promise.resolve(total) }),
    }) as unknown as MediaRequestConnection;
  }

  @Query(() => RequestStats, { description: 'How many requests of everybody are in each status.' })
  async requestStats(@AtLeast() atLeast?: string): Promise<RequestStats> {
    const { queries, positions } = this.parts;
    const counts = await queries.stats(positions.atLeast(atLeast));
    const byStatus = Object.values(RequestStatus).map((status) => ({ status, count: counts.get(status) ?? 0 }));
    return { total: byStatus.reduce((sum, { count }) => sum + count, 0), byStatus };
  }

  @Query(() => MediaRequest, {
    nullable: true,
    description:
      'A request as it was at a time, its timeline up to then; null when it was not there yet. It waits for nothing.',
  })
  async requestAsOf(
    @Ctx() context: OperationContext,
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Arg('at', () => DateTime, { description: 'When.' }) at: Date,
  ): Promise<MediaRequest | null> {
    const past = await this.parts.asOf(id, at);
    return past && presentPast(this.present(past, context));
  }

  @Query(() => UpstreamDuplicates, {
    description: 'How many titles have more than one active request at the request service. Must be 0.',
  })
  async upstreamDuplicates(@AtLeast() atLeast?: string): Promise<UpstreamDuplicates> {
    const { queries, positions } = this.parts;
    return { count: await queries.duplicates(positions.atLeast(atLeast)) };
  }

  @Mutation(() => RequestMediaPayload, {
    description: 'Asks for a title. Answers at once, also while the request service is down: then the request waits.',
  })
  requestMedia(
    @Ctx() context: OperationContext,
    @Arg('input', () => RequestMediaInput, { description: 'What is asked for.' }) input: RequestMediaInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) idempotencyKey: string | undefined,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RequestMediaPayload> {
    return answering<RequestMediaPayload>(
      async () => {
        // Beside the command: after the append all projections want the database, too. A notice that cannot be read is no reason to fail.
        const reading = asksFor(info, 'notices') ? this.parts.notices().catch(() => []) : [];
        const { type, tmdbId } = input.title;
        const { quality, seasons } = input;
        const wanted = { type, tmdbId, quality, ...(seasons ? { seasons } : {}) };
        const answer = await this.parts.commands.requestMedia(wanted, askingOf(context, idempotencyKey));
        const request = this.present({ state: answer.request, position: answer.position }, context);
        const notices = answer.request.handover.state === 'LINKED' ? [] : await reading;
        return { outcome: answer.outcome, request, notices, position: this.parts.positions.format(answer.position) };
      },
      { refused: { notices: [] }, problem: availableProblem },
    ).then((payload) => (isAvailable(payload) ? { ...payload, outcome: 'ALREADY_AVAILABLE' as const } : payload));
  }

  @Mutation(() => RequestPayload, { description: 'Leaves a request that you joined.' })
  leaveRequest(
    @Ctx() context: OperationContext,
    @Arg('id', () => ID, { description: 'The request.' }) id: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) idempotencyKey?: string,
  ): Promise<RequestPayload> {
    return this.change(context, () => this.parts.commands.leaveRequest(id, askingOf(context, idempotencyKey)));
  }

  @Mutation(() => RequestPayload, { description: 'Tries a failed request again.' })
  retryRequest(
    @Ctx() context: OperationContext,
    @Arg('id', () => ID, { description: 'The request.' }) id: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) idempotencyKey?: string,
  ): Promise<RequestPayload> {
    const asking = { ...askingOf(context, idempotencyKey), mayDecide: mayDecide(viewerOf(context)) };
    return this.change(context, () => this.parts.commands.retryRequest(id, asking));
  }

  private change(
    context: OperationContext,
    work: () => Promise<{ request: MediaRequestState; position: bigint }>,
  ): Promise<RequestPayload> {
    return answering<RequestPayload>(async () => {
      const { request, position } = await work();
      return {
        request: this.present({ state: request, position }, context),
        position: this.parts.positions.format(position),
      };
    });
  }

  @FieldResolver(() => String, { nullable: true, description: 'Its name; null when nobody could tell yet.' })
  async title(@Root() { state }: PresentedRequest, @Ctx() context: OperationContext): Promise<string | null> {
    return state.title ?? (await this.remembered(state, context))?.title ?? null;
  }

  @FieldResolver(() => Int, { nullable: true, description: 'Of its first release.' })
  async year(@Root() { state }: PresentedRequest, @Ctx() context: OperationContext): Promise<number | null> {
    return state.year ?? (await this.remembered(state, context))?.year ?? null;
  }

  @FieldResolver(() => String, { nullable: true, description: PICTURE })
  async posterUrl(@Root() { state }: PresentedRequest, @Ctx() context: OperationContext): Promise<string | null> {
    return this.parts.pictureUrl((await this.remembered(state, context))?.posterPath ?? null);
  }

  private remembered({ mediaType, tmdbId }: MediaRequestState, { loaders }: OperationContext) {
    return ifKnownSoon(loaders.use(this.parts.createTitleLoader).load({ type: mediaType, tmdbId }));
  }

  @FieldResolver(() => TimelineConnection, {
    description: 'Everything that happened, oldest first; empty when it is not for you.',
  })
  async timeline(
    @Root() { state, position: newest, past, maySee }: PresentedRequest,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' }) after?: string,
  ): Promise<TimelineConnection> {
    const { timeline, positions, surroundings } = this.parts;
    const limit = pageSize(first);
    const { requestId } = state;
    const [position] = after ? decodeCursor(after, timelineKeys) : [];
    const from = position === undefined ? {} : { after: BigInt(position) };
    const upTo = past ? { upTo: newest } : {};
    const rows = maySee ? await timeline.read({ requestId, limit: limit + 1, ...from, ...upTo, newest }) : [];
    const nodes = rows.slice(0, limit).map((row) => ({
      at: row.at,
      type: row.event.type,
      text: timelineText(row.event),
      actor: presentActor(row.actor, surroundings, maySee),
      position: positions.format(row.position),
    }));
    return page({
      nodes,
      cursorOf: (node) => encodeCursor([rows[nodes.indexOf(node)]?.position.toString()]),
      hasNextPage: rows.length > limit,
      hasPreviousPage: !!after,
      countAll: () => (maySee ? timeline.count({ requestId, ...upTo, newest }) : Promise.resolve(0)),
    }) as unknown as TimelineConnection;
  }
}

@Resolver(() => Handover)
export class HandoverResolver {
  constructor(private readonly parts: RequestResolverParts) {}

  /** Null: nobody can tell now. */
  private async waiting({ handover }: MediaRequestState, { loaders }: OperationContext): Promise<Waiting | null> {
    const { createUsableLoader, clock, settleDelayMs } = this.parts;
    const { connectionId } = handover;
    const connectionUsable =
      connectionId === null ||
      !isWaiting(handover) ||
      (await ifKnownSoon(loaders.use(createUsableLoader).load(connectionId)));
    return connectionUsable === null ? null : waitingOf(handover, { connectionUsable, now: clock(), settleDelayMs });
  }

  @FieldResolver(() => WaitingOn, {
    nullable: true,
    description: 'What it waits for; null: it does not, or nobody can tell now.',
  })
  async waitingOn(
    @Root() { of }: PresentedRequest['handover'],
    @Ctx() context: OperationContext,
  ): Promise<keyof typeof WaitingOn | null> {
    return (await this.waiting(of, context))?.on ?? null;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the next attempt may begin, where a clock decides it.',
  })
  async nextAttemptAt(
    @Root() { of }: PresentedRequest['handover'],
    @Ctx() context: OperationContext,
  ): Promise<Date | null> {
    return (await this.waiting(of, context))?.nextAttemptAt ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Its place among those that wait, from 1; null: it does not wait, or nobody can tell now.',
  })
  async queuePosition(
    @Root() { of }: PresentedRequest['handover'],
    @Ctx() { loaders }: OperationContext,
  ): Promise<number | null> {
    if (!isWaiting(of.handover)) return null;
    const before = await ifKnownSoon(loaders.use(this.parts.createQueueLoader).load(of));
    return before === null ? null : before + 1;
  }
}

/** The open request of a title in standard quality, whoever asked. */
function openRequest(parts: RequestResolverParts, { type, tmdbId, atLeast }: TitleRef, { loaders }: OperationContext) {
  const key = { mediaType: type, tmdbId, quality: Quality.STANDARD };
  return loaders.use(parts.createOpenRequestLoader).load(key, parts.positions.atLeast(atLeast));
}
interface TitleRef extends Pick<MediaRequestState, 'tmdbId'> {
  type: MediaRequestState['mediaType'];
  atLeast: string | undefined;
}

@Resolver(() => MediaItem)
export class MediaItemRequestResolver {
  constructor(private readonly parts: RequestResolverParts) {}

  @FieldResolver(() => MediaRequest, { nullable: true, description: 'The open request for it, whoever asked.' })
  async request(
    @Root() { type, tmdbId }: MediaItem,
    @Ctx() context: OperationContext,
    @AtLeast() atLeast?: string,
  ): Promise<MediaRequest | null> {
    const open = tmdbId === null ? null : await openRequest(this.parts, { type, tmdbId, atLeast }, context);
    return open && presentRequest(open, viewerOf(context), this.parts.surroundings);
  }
}

@Resolver(() => Title)
export class TitleRequestResolver {
  constructor(private readonly parts: RequestResolverParts) {}

  @FieldResolver(() => MediaRequest, { nullable: true, description: 'The open request for it, whoever asked.' })
  async request(
    @Root() title: Title,
    @Ctx() context: OperationContext,
    @AtLeast() atLeast?: string,
  ): Promise<MediaRequest | null> {
    const open = await openRequest(this.parts, { ...title, atLeast }, context);
    return open ? presentRequest(open, viewerOf(context), this.parts.surroundings) : null;
  }

  @FieldResolver(() => MediaRequest, { nullable: true, description: 'The open request for it, when you are on it.' })
  async myRequest(
    @Root() title: Title,
    @Ctx() context: OperationContext,
    @AtLeast() atLeast?: string,
  ): Promise<MediaRequest | null> {
    const open = await openRequest(this.parts, { ...title, atLeast }, context);
    const viewer = viewerOf(context);
    return open && isParticipant(open.state, viewer.accountId)
      ? presentRequest(open, viewer, this.parts.surroundings)
      : null;
  }

  @FieldResolver(() => Permission, { description: 'Whether you may ask for it now, in standard quality.' })
  async canRequest(
    @Root() title: Title,
    @Ctx() context: OperationContext,
    @AtLeast() atLeast?: string,
  ): Promise<Permission> {
    const standard = title.availability.find(({ quality }) => quality === Quality.STANDARD);
    return mayRequest({
      mediaType: title.type,
      available: (standard?.state as string | undefined) === 'AVAILABLE',
      open: (await openRequest(this.parts, { ...title, atLeast }, context))?.state,
      looker: viewerOf(context),
    });
  }
}

/* eslint-disable max-lines-per-function, max-params -- a class within a function, and the arguments of its fields */
/** The subscriptions: type-graphql gives `subscribe` no resolver to call, so the class is made around its parts. */
export function createSubscriptionResolver(parts: RequestResolverParts): ResolverMount {
  const { feed, positions, commands, surroundings } = parts;
  const loadRequest = createItemLoader({
    keyOf: (payload) => (payload as RequestChange).requestId,
    createLoader: parts.createChangedRequestLoader,
  });

  async function requestFeed({
    args,
    context,
  }: {
    args: { id?: string; mine: boolean; after?: string };
    context: OperationContext;
  }) {
    const { id, mine } = args;
    if (id && mine) throw new InvalidInput('Give an id, or mine: true, not both.', ['mine']);
    if (id) await commands.locate(id);
    const subjects = id ? [id] : mine ? [viewerOf(context).accountId] : undefined;
    const after = positions.after(args.after);
    return feed.subscribe({ projection: REQUEST_VIEW, kind: REQUEST_CHANGED, subjects, after });
  }

  async function handoverFeed({ args }: { args: { requestId: string; after?: string } }) {
    await commands.locate(args.requestId);
    const [subjects, after] = [[args.requestId], positions.after(args.after)];
    return feed.subscribe({ projection: REQUEST_VIEW, kind: HANDOVER_CHANGED, subjects, after });
  }

  @Resolver()
  class SubscriptionResolver {
    @Subscription(() => RequestUpdate, {
      description:
        'Every step of requests: of one, of yours, or of all. With `after` those that you missed come first.',
      subscribe: requestFeed as never,
    })
    async requestUpdated(
      @Root() item: FeedItem,
      @Ctx() context: OperationContext,
      @Arg('id', () => ID, { nullable: true, description: 'Only this request.' }) _id?: string,
      @Arg('mine', () => Boolean, { defaultValue: false, description: 'Only what you asked for or joined.' })
      _mine?: boolean,
      @Arg('after', () => Position, { nullable: true, description: 'The last position that you have seen.' })
      _after?: string,
    ): Promise<RequestUpdate> {
      const change = item.payload as RequestChange;
      const row = await loadRequest(item);
      if (!row) throw new NotFound(`There is no request ${change.requestId}.`);
      const viewer = viewerOf(context);
      const maySee = maySeePeople(viewer, row.state);
      return {
        position: positions.format(item.resumeAt),
        request: presentRequest(row, viewer, surroundings) as MediaRequest,
        change: {
          type: change.type,
          status: change.status,
          at: new Date(change.at),
          actor: presentActor(change.actor, surroundings, maySee),
        },
      };
    }

    @Subscription(() => HandoverUpdate, {
      description: 'Every step of one handover. With `after` those that you missed come first.',
      subscribe: handoverFeed as never,
    })
    handoverUpdated(
      @Root() { payload, resumeAt }: FeedItem,
      @Arg('requestId', () => ID, { description: 'The request.' }) _requestId: string,
      @Arg('after', () => Position, { nullable: true, description: 'The last position that you have seen.' })
      _after?: string,
    ): HandoverUpdate {
      const { at, ...step } = payload as HandoverChange;
      return { ...step, at: new Date(at), position: positions.format(resumeAt) };
    }
  }
  return [SubscriptionResolver, new SubscriptionResolver()];
}

/* eslint-enable max-lines-per-function, max-params */

const availableProblem = (error: DomainError) =>
  error instanceof AlreadyAvailable ? problemOf(AlreadyAvailableProblem, error, { plexUrl: error.plexUrl }) : undefined;

const isAvailable = ({ problems }: RequestMediaPayload) =>
  problems.some((one) => one instanceof AlreadyAvailableProblem);
