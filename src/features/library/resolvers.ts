import { Arg, Int, Query, Resolver } from 'type-graphql';
import { z } from 'zod';
import { InvalidInput } from '../../mechanisms/errors';
import { decodeCursor, encodeCursor, page, pageSize } from '../../mechanisms/graphql';
import type { TitleLoaders } from './loaders';
import type { KnownTitle } from './title';
import { titleKey } from './title';
import type { AvailabilityState } from './types';
import { MediaType, Quality, Title, TitleConnection } from './types';

const cursorSchema = z.tuple([z.int().positive()]);
const MAX_QUERY = 200;
/** Beyond this a search is no search: each 20 titles further are one more call upstream. */
const MAX_SKIP = 500;

export function presentTitle(known: KnownTitle): Title {
  const { type, tmdbId, title, year, overview, plexUrl } = known;
  const states: [Quality, string][] = [
    [Quality.STANDARD, known.availability],
    [Quality.UHD_4K, known.availability4k],
  ];
  return {
    key: titleKey(known),
    type: type as MediaType,
    tmdbId,
    title,
    year,
    overview,
    posterUrl: null,
    availability: states.map(([quality, state]) => ({
      quality,
      state: state as AvailabilityState,
      plexUrl: state === 'AVAILABLE' ? plexUrl : null,
    })),
  };
}

@Resolver(() => Title)
export class TitleResolver {
  constructor(
    private readonly titles: TitleLoaders,
    private readonly source: string,
  ) {}

  @Query(() => TitleConnection, {
    description:
      'Titles at the request service. While it is away our own cache answers; then `freshness.stale` is true.',
  })
  async search(
    @Arg('query', () => String, { description: `Part of a name, 1 to ${MAX_QUERY} characters.` }) query: string,
    @Arg('type', () => MediaType, { nullable: true, description: 'Only films, or only series.' })
    type: MediaType | undefined,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' })
    after: string | undefined,
  ): Promise<TitleConnection> {
    const text = query.trim();
    if (text.length < 1 || text.length > MAX_QUERY) {
      throw new InvalidInput(`a query has 1 to ${MAX_QUERY} characters, not ${text.length}`, ['query']);
    }
    const [skip] = after ? decodeCursor(after, cursorSchema) : [0];
    if (skip > MAX_SKIP)
      throw new InvalidInput(`a search goes ${MAX_SKIP} titles deep; make the query more exact`, ['after']);
    const found = await this.titles.search({ query: text, first: pageSize(first), skip, ...(type ? { type } : {}) });
    const nodes = found.titles.map(presentTitle);
    const connection = page({
      nodes,
      cursorOf: (title) => encodeCursor([skip + nodes.indexOf(title) + 1]),
      hasNextPage: found.hasMore,
      hasPreviousPage: skip > 0,
      ...(found.total === null ? {} : { countAll: () => Promise.resolve(found.total ?? 0) }),
    });
    const observedAt = found.titles.reduce<Date | null>(
      (oldest, { observedAt: at }) => (oldest && oldest < at ? oldest : at),
      null,
    );
    const freshness = { observedAt, source: found.fresh ? this.source : 'cache', stale: !found.fresh };
    return Object.assign(connection, { freshness }) as unknown as TitleConnection;
  }

  @Query(() => Title, { nullable: true, description: 'One title; null when nobody knows it.' })
  async title(
    @Arg('type', () => MediaType, { description: 'A film or a series.' }) type: MediaType,
    @Arg('tmdbId', () => Int, { description: 'Its id at themoviedb.org.' }) tmdbId: number,
  ): Promise<Title | null> {
    const known = await this.titles.title({ type, tmdbId });
    return known && presentTitle(known);
  }
}
