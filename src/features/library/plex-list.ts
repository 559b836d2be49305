import { UpstreamUnavailable } from '../../mechanisms/errors';
import type { PlexPage, PlexRange } from '../../upstreams/plex';

type Read<Row> = (range: PlexRange) => Promise<PlexPage<Row>>;

/** The longest page that Plex is asked for (contracts/plex.md 3.1). */
const LONGEST_PAGE = 500;
/** More than any household has: a list that never ends must end. */
const MAX_PAGES = 400;

/** Rows `skip` to `skip + take`, in as many calls as Plex makes of it: it may answer fewer rows than asked for. */
export async function readRange<Row>(read: Read<Row>, { skip, take }: PlexRange): Promise<PlexPage<Row>> {
  const items: Row[] = [];
  for (let from = skip; ;) {
    const page = await read({ skip: from, take: skip + take - from });
    items.push(...page.items);
    if (page.next === null || page.next >= skip + take || page.next <= from) return { ...page, items };
    from = page.next;
  }
}

/** A list to its end. */
export async function readToEnd<Row>(read: Read<Row>): Promise<Row[]> {
  const all: Row[] = [];
  let skip: number | null = 0;
  for (let calls = 0; skip !== null; calls += 1) {
    if (calls === MAX_PAGES) throw new UpstreamUnavailable('Plex tells of a list that does not end.');
    const page: PlexPage<Row> = await read({ skip, take: LONGEST_PAGE });
    all.push(...page.items);
    skip = page.next;
  }
  return all;
}
