import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Float, ID, Info, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { z } from 'zod';
import type { BatchLoader } from '../../mechanisms/batching';
import type { ViewLoader } from '../../mechanisms/projections';
import { createItemLoader } from '../../mechanisms/change-feed';
import type { ChangeFeed, FeedItem } from '../../mechanisms/change-feed';
import { ifKnownSoon, NotFound } from '../../mechanisms/errors';
import type { Positions } from '../../mechanisms/event-store';
import { asksFor, AtLeast, decodeCursor, encodeCursor, page, pageSize, Position } from '../../mechanisms/graphql';
import type { ResolverMount } from '../../mechanisms/graphql';
import type { OperationContext } from '../../server/context';
import { Freshness } from '../library/types';
import type { Pulse, ServiceQueries, UptimeOf } from './loaders';
import type { ServiceRow, StatusChange } from './service-view.read-model';
import { SERVICE_VIEW, shownSince, shownStatus, STATUS_CHANGED } from './service-view.read-model';
import type { Uptime } from './service-uptime.read-model';
import { Service, ServiceConnection, ServiceUpdate, ServiceUptime, UptimeWindow } from './types';

export interface StatusResolverParts {
  feed: ChangeFeed;
  queries: ServiceQueries;
  positions: Positions;
  /** Throws Conflict where nobody watches anything for us. */
  ensureConnected(): void;
  /** How long ago the board was last seen; null: never. */
  boardSilentForMs(): Promise<number | null>;
  staleAfterMs: number;
  createServiceLoader: () => ViewLoader<string, ServiceRow>;
  /** On the primary, where the change feed is: what is beside a change must not be older. */
  createChangedServiceLoader: () => ViewLoader<string, ServiceRow>;
  createPulseLoader: () => BatchLoader<string, Pulse>;
  createUptimeLoader: () => BatchLoader<UptimeOf, Uptime>;
}

export type PresentedService = Service & { row: ServiceRow };

/** `row` stays beside it for the fields that are computed when asked for. */
export function presentService(row: ServiceRow): PresentedService {
  const { serviceId: id, name, group, message } = row.state;
  const since = shownSince(row);
  return {
    row,
    id,
    name,
    group,
    status: shownStatus(row),
    since: since === null ? null : new Date(since),
    message: row.lostAt === null ? message : null,
  };
}

const cursorKeys = z.tuple([z.string(), z.string()]);
const NEVER: Uptime = { ratio: null, checks: 0, avgPingMs: null };

@Resolver(() => Service)
export class ServiceResolver {
  constructor(private readonly parts: StatusResolverParts) {}

  @Query(() => ServiceConnection, { description: 'The services that a monitor watches for us, by name.' })
  async services(
    @Info() info: GraphQLResolveInfo,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' }) after?: string,
    @AtLeast() atLeast?: string,
  ): Promise<ServiceConnection> {
    const { queries, ensureConnected, positions } = this.parts;
    ensureConnected();
    const limit = pageSize(first);
    const [name, serviceId] = after ? decodeCursor(after, cursorKeys) : [];
    const from = name !== undefined && serviceId !== undefined ? { after: { name, serviceId } } : {};
    const wanted = { limit: limit + 1, ...from, atLeast: positions.atLeast(atLeast) };
    const { rows, counts } =
      asksFor(info, 'summary') || asksFor(info, 'totalCount')
        ? await queries.countedPage(wanted)
        : { rows: await queries.page(wanted), counts: {} };
    const { UP: up = 0, DOWN: down = 0, UNKNOWN: unknown = 0 } = counts;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const connection = page({
      nodes: rows.slice(0, limit).map(presentService),
      cursorOf: (node) => encodeCursor([node.name, node.id]),
      hasNextPage: rows.length > limit,
      hasPreviousPage: !!after,
      countAll: () => Promise.resolve(all),
    });
    const summary = { up, down, unknown, other: all - up - down - unknown };
    return Object.defineProperty(connection, 'summary', { value: summary }) as unknown as ServiceConnection;
  }

  private pulse({ id }: PresentedService, { loaders }: OperationContext): Promise<Pulse | null> {
    return loaders.use(this.parts.createPulseLoader).load(id);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'How long it took to answer when last checked, in milliseconds; null where that says nothing.',
  })
  async responseTimeMs(@Root() service: PresentedService, @Ctx() context: OperationContext): Promise<number | null> {
    return service.status === 'UP' ? ((await this.pulse(service, context))?.pingMs ?? null) : null;
  }

  @FieldResolver(() => Freshness, { description: 'When it was last checked, and whether we would know if it changed.' })
  async freshness(@Root() service: PresentedService, @Ctx() context: OperationContext): Promise<Freshness> {
    const { lostAt, state } = service.row;
    const source = state.connectionId;
    if (lostAt !== null) return { observedAt: new Date(lostAt), source, stale: true };
    const pulse = await this.pulse(service, context);
    const silentMs = await ifKnownSoon(context.loaders.use(this.parts.boardSilentForMs));
    const stale = silentMs === null || silentMs >= this.parts.staleAfterMs;
    const told = state.checkedAt === null ? null : new Date(state.checkedAt); // counted a moment later
    return { observedAt: pulse?.checkedAt ?? told, source, stale };
  }

  @FieldResolver(() => ServiceUptime, { description: 'How often it was up, as far as we watched.' })
  async uptime(
    @Root() { id }: PresentedService,
    @Ctx() { loaders }: OperationContext,
    @Arg('window', () => UptimeWindow, { defaultValue: 'D30', description: 'How far back.' })
    window: keyof typeof UptimeWindow,
  ): Promise<ServiceUptime> {
    return (await loaders.use(this.parts.createUptimeLoader).load({ serviceId: id, window })) ?? NEVER;
  }
}

/** The subscription: type-graphql gives `subscribe` no resolver to call, so the class is made around its parts. */
export function createStatusSubscription(parts: StatusResolverParts): ResolverMount {
  const { feed, positions, createChangedServiceLoader, ensureConnected } = parts;

  const loadService = createItemLoader({
    keyOf: (payload) => (payload as StatusChange).serviceId,
    createLoader: createChangedServiceLoader,
  });

  async function statusFeed({ args, context }: { args: { id?: string; after?: string }; context: OperationContext }) {
    ensureConnected();
    const { id, after } = args;
    if (id && !(await context.loaders.use(createChangedServiceLoader).load(id)))
      throw new NotFound(`There is no service ${id}.`);
    return feed.subscribe({
      projection: SERVICE_VIEW,
      kind: STATUS_CHANGED,
      ...(id ? { subjects: [id] } : {}),
      after: positions.after(after),
    });
  }

  @Resolver()
  class StatusSubscriptionResolver {
    @Subscription(() => ServiceUpdate, {
      description: 'Every change of status: of one service, or of all. With `after` those that you missed come first.',
      subscribe: statusFeed as never,
    })
    async serviceStatusChanged(
      @Root() item: FeedItem,
      @Arg('id', () => ID, { nullable: true, description: 'Only this service.' }) _id?: string,
      @Arg('after', () => Position, { nullable: true, description: 'The last position that you have seen.' })
      _after?: string,
    ): Promise<ServiceUpdate> {
      const { serviceId, from, to, at } = item.payload as StatusChange;
      const row = await loadService(item);
      if (!row) throw new NotFound(`There is no service ${serviceId}.`);
      return {
        position: positions.format(item.resumeAt),
        service: presentService(row),
        change: { from, to, at: new Date(at) },
      };
    }
  }
  return [StatusSubscriptionResolver, new StatusSubscriptionResolver()];
}
