import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import { InvalidInput } from '../../mechanisms/errors';
import { decodeCursor, encodeCursor, page, pageSize } from '../../mechanisms/graphql';
import type { OperationContext } from '../../server/context';
import { keysOf } from './global-id';
import type { ItemPage } from './item-page';
import { readItems } from './item-page';
import type { CurrentLibrary, PlexLoaders, TitleLoaders } from './loaders';
import type { KnownSection } from './media-item';
import type { ItemList } from './plex-library';
import type { PictureUrl, PresentedCollection, PresentedItem, PresentedLibrary, Presenter } from './presentation';
import { freshnessOf, presentTitle } from './presentation';
import {
  Collection,
  CollectionConnection,
  ItemArgs,
  ItemOrder,
  Library,
  MAX_QUERY,
  MediaItem,
  MediaItemConnection,
  MediaType,
  Season,
  Title,
  TitleConnection,
} from './types';

const FIRST = 'How many, 1 to 100.';
const AFTER = 'The endCursor of the page before.';
/** Beyond this a search is no search: each 20 titles further are one more call upstream. */
const MAX_SKIP = 500;

/** Places in a list by their offset, for neither service knows another; in another list, which its name tells, they mean nothing. */
function placesIn(...name: string[]) {
  const list = name.join(' ');
  const keys = z.tuple([z.literal(list), z.int().positive().max(10_000_000)]);
  return {
    offsetOf: (after: string | undefined): number => (after ? decodeCursor(after, keys)[1] : 0),
    cursorAt: (offset: number): string => encodeCursor([list, offset]),
  };
}

@Resolver(() => Title)
export class TitleResolver {
  constructor(
    private readonly titles: TitleLoaders,
    private readonly source: string,
    private readonly pictureUrl: PictureUrl,
  ) {}

  @Query(() => TitleConnection, {
    description:
      'Titles at the request service. While it is away or refuses us our own cache answers: then `freshness.stale` is true, and no title says only that none is remembered; `me.notices` tells why.',
  })
  async search(
    @Arg('query', () => String, { description: `Part of a name, 1 to ${MAX_QUERY} characters.` }) query: string,
    @Arg('type', () => MediaType, { nullable: true, description: 'Only films, or only series.' })
    type: MediaType | undefined,
    @Arg('first', () => Int, { defaultValue: 20, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER })
    after: string | undefined,
  ): Promise<TitleConnection> {
    const text = query.trim();
    if (text.length < 1 || text.length > MAX_QUERY) {
      throw new InvalidInput(`a query has 1 to ${MAX_QUERY} characters, not ${text.length}`, ['query']);
    }
    const places = placesIn('search', type ?? '', text);
    const skip = places.offsetOf(after);
    if (skip > MAX_SKIP)
      throw new InvalidInput(`a search goes ${MAX_SKIP} titles deep; make the query more exact`, ['after']);
    const found = await this.titles.search({ query: text, first: pageSize(first), skip, ...(type ? { type } : {}) });
    const nodes = found.titles.map((title) => presentTitle(title, this.pictureUrl));
    const connection = page({
      nodes,
      cursorOf: (title) => places.cursorAt(skip + nodes.indexOf(title) + 1),
      hasNextPage: found.hasMore,
      hasPreviousPage: skip > 0,
      ...(found.total === null ? {} : { countAll: () => Promise.resolve(found.total ?? 0) }),
    });
    const ages = found.titles.map(({ observedAt }) => ({ observedAt, stale: !found.fresh }));
    const freshness = { ...freshnessOf(ages, this.source), stale: !found.fresh };
    return Object.assign(connection, { freshness }) as unknown as TitleConnection;
  }

  @Query(() => Title, { nullable: true, description: 'One title; null when nobody knows it.' })
  async title(
    @Arg('type', () => MediaType, { description: 'A film or a series.' }) type: MediaType,
    @Arg('tmdbId', () => Int, { description: 'Its id at themoviedb.org.' }) tmdbId: number,
  ): Promise<Title | null> {
    const known = await this.titles.title({ type, tmdbId });
    return known && (presentTitle(known, this.pictureUrl) as Title);
  }
}

export interface LibraryResolverParts {
  current: CurrentLibrary;
  loaders: PlexLoaders;
  present: Presenter;
  /** The connection that answers, named in `freshness.source`. */
  source: string;
}

const SORTS = { TITLE_ASC: 'TITLE', ADDED_DESC: 'ADDED', YEAR_DESC: 'YEAR' } as const;

/** The list of what a library holds; null for one whose items are not shown here. */
function listOf({ id, type }: KnownSection, orderBy: ItemOrder, search = ''): ItemList | null {
  if (type !== 'MOVIE' && type !== 'SHOW') return null;
  const text = search.trim();
  if (text.length > MAX_QUERY) throw new InvalidInput(`a search has at most ${MAX_QUERY} characters`, ['search']);
  return { sectionId: id, type, sort: SORTS[orderBy], search: text };
}

const NOTHING: ItemPage = { items: [], nexts: [], total: 0, hasNext: false, ages: [] };

/** A page of items, of a library or a collection. */
function itemConnection(
  { present, source }: LibraryResolverParts,
  machine: string,
  { places, ...read }: ItemPage & { offset: number; places: ReturnType<typeof placesIn> },
): MediaItemConnection {
  const nodes = read.items.map((item) => present.item(machine, item));
  const connection = page({
    nodes,
    cursorOf: (node) => places.cursorAt(read.nexts[nodes.indexOf(node)]!),
    hasNextPage: read.hasNext,
    hasPreviousPage: read.offset > 0,
    countAll: () => Promise.resolve(read.total),
  });
  return Object.assign(connection, { freshness: freshnessOf(read.ages, source) }) as unknown as MediaItemConnection;
}

@Resolver(() => Library)
export class LibraryResolver {
  constructor(private readonly parts: LibraryResolverParts) {}

  @Query(() => [Library], {
    description: 'The libraries of Plex. While Plex is away what we remember of them; then `freshness.stale` is true.',
  })
  async libraries(): Promise<Library[]> {
    const { current, present, source } = this.parts;
    const { machine, library } = await current();
    const sections = await library.sections();
    const freshness = freshnessOf([sections], source);
    return sections.value.map((section) => ({ ...present.library(machine, section), freshness }));
  }

  @Query(() => Library, { nullable: true, description: 'One library; null when Plex has none with this id.' })
  async library(@Arg('id', () => ID, { description: 'Its global id.' }) id: string): Promise<Library | null> {
    return this.byId(id);
  }

  /** Also for `node`. */
  async byId(id: string): Promise<Library | null> {
    return (await this.libraries()).find((one) => one.id === id) ?? null;
  }

  @FieldResolver(() => Int, { description: 'How many films or series are in it; 0 for a library of other things.' })
  async itemCount(@Root() { known }: PresentedLibrary): Promise<number> {
    const list = listOf(known, ItemOrder.TITLE_ASC);
    // The first page tells it, and is what most people look at next.
    return list ? (await (await this.parts.current()).library.chunk(list, 0)).value.total : 0;
  }

  @FieldResolver(() => MediaItemConnection, { description: 'What is in it.' })
  async items(
    @Root() { known, machine }: PresentedLibrary,
    @Args(() => ItemArgs) { search, orderBy, first, after }: ItemArgs,
  ): Promise<MediaItemConnection> {
    const places = placesIn('items', known.id, orderBy, search?.trim() ?? '');
    const range = { offset: places.offsetOf(after), first: pageSize(first) };
    const list = listOf(known, orderBy, search);
    const { library } = await this.parts.current();
    const read = list ? await readItems((index) => library.chunk(list, index), range) : NOTHING;
    return itemConnection(this.parts, machine, { ...read, ...range, places });
  }

  @FieldResolver(() => CollectionConnection, { description: 'The collections in it, as Plex sorts them.' })
  async collections(
    @Root() { known, machine }: PresentedLibrary,
    @Arg('first', () => Int, { defaultValue: 50, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | undefined,
  ): Promise<CollectionConnection> {
    const { current, present, source } = this.parts;
    const places = placesIn('collections', known.id);
    const [offset, count] = [places.offsetOf(after), pageSize(first)];
    const all = await (await current()).library.collections(known.id);
    const nodes = all.value.slice(offset, offset + count).map((one) => present.collection(machine, one));
    const connection = page({
      nodes,
      cursorOf: (node) => places.cursorAt(offset + nodes.indexOf(node) + 1),
      hasNextPage: all.value.length > offset + count,
      hasPreviousPage: offset > 0,
      countAll: () => Promise.resolve(all.value.length),
    });
    return Object.assign(connection, { freshness: freshnessOf([all], source) }) as unknown as CollectionConnection;
  }
}

@Resolver(() => MediaItem)
export class MediaItemResolver {
  constructor(private readonly parts: LibraryResolverParts) {}

  @FieldResolver(() => [Collection], {
    description: 'The collections it is in; Plex does not tell of those that it fills by a rule.',
  })
  async collections(
    @Root() { known, machine }: PresentedItem,
    @Ctx() { loaders }: OperationContext,
  ): Promise<Collection[]> {
    if (known.collections.length === 0) return [];
    const all = await loaders.use(this.parts.loaders.createCollectionsLoader).load(known.sectionId);
    const found = all?.filter(({ title }) => known.collections.includes(title)) ?? [];
    return found.map((one) => this.parts.present.collection(machine, one));
  }

  @FieldResolver(() => [Season], { description: 'Of a series, the first one first; of a film none.' })
  async seasons(@Root() { known, machine }: PresentedItem, @Ctx() { loaders }: OperationContext): Promise<Season[]> {
    if (known.type !== 'TV') return [];
    const { sectionId, ratingKey } = known;
    const seasons = await loaders.use(this.parts.loaders.createSeasonsLoader).load({ sectionId, ratingKey });
    const sorted = [...(seasons ?? [])].sort((one, other) => one.number - other.number);
    return sorted.map((season) => this.parts.present.season(machine, season));
  }
}

@Resolver(() => Collection)
export class CollectionResolver {
  constructor(private readonly parts: LibraryResolverParts) {}

  /** For `node`. */
  async byId(id: string, { loaders }: OperationContext): Promise<PresentedCollection | null> {
    const { machine, library } = await this.parts.current();
    const [sectionId, ratingKey] = keysOf('collection', machine, id) ?? [];
    const section = (await library.sections()).value.find((one) => one.id === sectionId);
    if (!section) return null;
    const all = await loaders.use(this.parts.loaders.createCollectionsLoader).load(section.id);
    const found = all?.find((one) => one.ratingKey === ratingKey);
    return found ? this.parts.present.collection(machine, found) : null;
  }

  @FieldResolver(() => MediaItemConnection, { description: 'What is in it, in its own order.' })
  async items(
    @Root() { known, machine }: PresentedCollection,
    @Arg('first', () => Int, { defaultValue: 50, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | undefined,
  ): Promise<MediaItemConnection> {
    const places = placesIn('collection', known.ratingKey);
    const range = { offset: places.offsetOf(after), first: pageSize(first) };
    const { library } = await this.parts.current();
    const read = await readItems((index) => library.collectionChunk(known, index), range);
    return itemConnection(this.parts, machine, { ...read, ...range, places });
  }
}
