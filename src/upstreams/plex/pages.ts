import { InvalidInput, NotFound } from '../../mechanisms/errors';
import type { HttpAnswer, HttpCall, HttpClient } from '../../mechanisms/http';
import type { Listing } from './listing';
import { readListing } from './listing';
import type { PlexPage, PlexRange } from './plex';
import type { ItemShape } from './shapes';
import { item, wrongShape } from './shapes';

export type Query = NonNullable<HttpCall['query']>;

const LARGEST_PAGE = 500;

/** How Plex answers what may not be there, and lists. */
export function createPages(http: HttpClient) {
  /** Undefined when there is no such thing: in Plex' own words, and not those of a proxy before it. */
  async function find(path: string, query: Query): Promise<HttpAnswer | undefined> {
    const answer = await http.request({ method: 'GET', path, query, answers: [404] });
    if (answer.status !== 404) return answer;
    if (answer.headers['x-plex-protocol']) return undefined;
    throw wrongShape(`GET ${path} answered 404, and not in the words of Plex`, 404);
  }

  async function listing(path: string, { skip, take, ...query }: PlexRange & Query): Promise<Listing<ItemShape>> {
    const range = { 'X-Plex-Container-Start': skip, 'X-Plex-Container-Size': take };
    const answer = await find(path, { ...query, ...range });
    if (!answer) throw new NotFound('Plex has no such thing, or hides it from us.');
    return readListing(answer, 'Metadata', item);
  }

  return {
    find,

    async page<T>(path: string, query: PlexRange & Query, to: (wire: ItemShape) => T): Promise<PlexPage<T>> {
      checkRange(query);
      const { rows, ...counts } = pageOf(await listing(path, query), query);
      return { items: rows.map(to), ...counts };
    },
  };
}

function pageOf<Row>({ rows, received, total }: Listing<Row>, { skip, take }: PlexRange) {
  // No total: the server knows no pages here, and this is the whole list.
  if (total === undefined) {
    const end = skip + take;
    return { rows: rows.slice(skip, end), total: received, next: end < received ? end : null };
  }
  const next = skip + received;
  return { rows, total: Math.max(total, next), next: received > 0 && next < total ? next : null };
}

function checkRange({ skip, take }: PlexRange): void {
  const isPage = Number.isSafeInteger(skip) && skip >= 0 && Number.isSafeInteger(take) && take >= 1;
  if (!isPage || take > LARGEST_PAGE) throw new InvalidInput(`a page is 1 to ${LARGEST_PAGE} from 0 on`, ['take']);
}
