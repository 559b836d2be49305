import type { Place } from '../../mechanisms/postgres';
import { selectByKeys } from '../../mechanisms/postgres';
import type { AvailabilityName, KnownTitle, MediaTypeName, TitleId } from './title';
import { titleKey } from './title';

interface Row {
  media_type: MediaTypeName;
  tmdb_id: number;
  title: string | null;
  year: number | null;
  overview: string | null;
  poster_path: string | null;
  availability: AvailabilityName | null;
  availability_4k: AvailabilityName | null;
  plex_url: string | null;
  observed_at: Date;
}

const knownOf = (row: Row): KnownTitle => ({
  type: row.media_type,
  tmdbId: row.tmdb_id,
  title: row.title,
  year: row.year,
  overview: row.overview,
  posterPath: row.poster_path,
  availability: row.availability ?? 'UNKNOWN',
  availability4k: row.availability_4k ?? 'UNKNOWN',
  plexUrl: row.plex_url,
  observedAt: row.observed_at,
});

const rowOf = (known: KnownTitle): Row => ({
  media_type: known.type,
  tmdb_id: known.tmdbId,
  title: known.title,
  year: known.year,
  overview: known.overview,
  poster_path: known.posterPath,
  availability: known.availability,
  availability_4k: known.availability4k,
  plex_url: known.plexUrl,
  observed_at: known.observedAt,
});

export interface SeenAvailability extends TitleId {
  availability: AvailabilityName;
  availability4k: AvailabilityName;
}

const COLUMNS =
  'media_type, tmdb_id, title, year, overview, poster_path, availability, availability_4k, plex_url, observed_at';
const BY_ID = {
  name: 'titles_by_id',
  text: selectByKeys(COLUMNS, 'title_cache', { media_type: 'text', tmdb_id: 'int' }),
};

/**
 * Table `title_cache`: what the request service last said of a title. A cache of others' facts, so no events feed it: every
 * search, look-up and availability sweep does, and it answers when the service is away.
 */
export function createTitleCache(database: Place) {
  return {
    /** By `titleKey`. */
    async read(titles: readonly TitleId[]): Promise<Map<string, KnownTitle>> {
      const rows = await database.prepared<Row>(BY_ID, [
        titles.map(({ type }) => type),
        titles.map(({ tmdbId }) => tmdbId),
      ]);
      return new Map(rows.map(knownOf).map((known) => [titleKey(known), known]));
    },

    /** Titles whose name contains the text, best known first. */
    async search(text: string, page: { type?: MediaTypeName; skip: number; limit: number }): Promise<KnownTitle[]> {
      const rows = await database.query<Row>(
        `select * from title_cache where position(lower($1) in lower(title)) > 0 and ($2::text is null or media_type = $2)
         order by title, media_type, tmdb_id offset $3 limit $4`,
        [text, page.type ?? null, page.skip, page.limit],
      );
      return rows.map(knownOf);
    },

    async remember(titles: readonly KnownTitle[]): Promise<void> {
      if (titles.length === 0) return;
      // A search may name a title twice, when its pages shift; one statement writes a row once.
      const rows = [...new Map(titles.map((known) => [titleKey(known), rowOf(known)])).values()];
      await database.query(
        `insert into title_cache as c select * from json_populate_recordset(null::title_cache, $1)
         on conflict (media_type, tmdb_id) do update set
           title = coalesce(excluded.title, c.title), year = coalesce(excluded.year, c.year),
           overview = coalesce(excluded.overview, c.overview), poster_path = coalesce(excluded.poster_path, c.poster_path),
           availability = excluded.availability, availability_4k = excluded.availability_4k,
           plex_url = excluded.plex_url, observed_at = excluded.observed_at
         where c.observed_at <= excluded.observed_at`,
        [JSON.stringify(rows)],
      );
    },

    /** One sweep over all that the service knows of: what it did not name any more is not there. */
    async replaceAvailability(seen: readonly SeenAvailability[], observedAt: Date): Promise<void> {
      const rows = seen.map(({ type, tmdbId, availability, availability4k }) => ({
        media_type: type,
        tmdb_id: tmdbId,
        availability,
        availability_4k: availability4k,
        observed_at: observedAt,
      }));
      await database.query(
        `with seen as (
           insert into title_cache as c (media_type, tmdb_id, availability, availability_4k, observed_at)
           select media_type, tmdb_id, availability, availability_4k, observed_at
             from json_populate_recordset(null::title_cache, $1)
           on conflict (media_type, tmdb_id) do update set availability = excluded.availability,
             availability_4k = excluded.availability_4k, observed_at = excluded.observed_at
           where c.observed_at <= excluded.observed_at
         )
         update title_cache
         set availability = 'NOT_AVAILABLE', availability_4k = 'NOT_AVAILABLE', plex_url = null, observed_at = $2
         where observed_at < $2 and (availability <> 'NOT_AVAILABLE' or availability_4k <> 'NOT_AVAILABLE')
           and (media_type, tmdb_id) not in
             (select media_type, tmdb_id from json_populate_recordset(null::title_cache, $1))`,
        [JSON.stringify(rows), observedAt],
      );
    },
  };
}
export type TitleCache = ReturnType<typeof createTitleCache>;
