import type { Cached } from '../../mechanisms/cache';
import type { KnownItem } from './media-item';
import type { Chunk } from './plex-library';
import { CHUNK } from './plex-library';
import type { Age } from './presentation';

/** Part of a list, put together of the chunks that are kept of it. */
export interface ItemPage {
  items: KnownItem[];
  /** Where the list goes on after each item. */
  nexts: number[];
  total: number;
  hasNext: boolean;
  /** Of the chunks that it was made of. */
  ages: Age[];
}

/** Up to `first` items from `offset` on; an offset counts the rows of Plex, of which some are no items. */
export async function readItems(
  chunkAt: (index: number) => Promise<Cached<Chunk>>,
  { offset, first }: { offset: number; first: number },
): Promise<ItemPage> {
  const page: ItemPage = { items: [], nexts: [], total: 0, hasNext: false, ages: [] };
  let within = offset % CHUNK;
  for (let index = Math.floor(offset / CHUNK); ; index += 1) {
    const chunk = await chunkAt(index);
    const { items, total, hasNext } = chunk.value;
    const taken = items.slice(within, within + first - page.items.length);
    page.items.push(...taken);
    page.nexts.push(...taken.map((_item, at) => index * CHUNK + within + at + 1));
    page.ages.push(chunk);
    page.total = total;
    page.hasNext = hasNext || items.length > within + taken.length;
    if (page.items.length === first || !hasNext) return page;
    within = 0;
  }
}
