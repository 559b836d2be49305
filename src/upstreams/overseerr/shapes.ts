import { z } from 'zod';
import { createReader } from '../../mechanisms/http';

/** Only what we need is required: the three products add, drop and rename the rest between versions. */
const id = z.int32().positive(); // as GraphQL tells it
const text = z.string().nullish();

const request = z.object({
  id,
  status: z.number(),
  is4k: z.boolean(),
  createdAt: z.string(),
  requestedBy: z.object({ id }).nullish(),
  /** Absent for a film that was just requested. */
  seasons: z.array(z.object({ seasonNumber: z.int() })).default([]),
});

const media = z.object({
  id,
  status: z.number(),
  status4k: z.number(),
  plexUrl: text,
  /** What Seerr and Jellyseerr call `plexUrl`. */
  mediaUrl: text,
});
const mediaOfSearch = media.extend({ requests: z.array(request).default([]) });
/** Required here: taken for "none", a missing list would make us request a title twice. */
const mediaOfTitle = media.extend({ requests: z.array(request) });

const described = z.object({ id, overview: text, posterPath: text });
const movie = described.extend({ title: text, releaseDate: text });
const tv = described.extend({ name: text, firstAirDate: text });

/** Of the title that was asked for: a cache in between may answer with another one. */
const ofTitle = (tmdbId: number) => ({ id: z.literal(tmdbId), mediaInfo: mediaOfTitle.nullish() });
export const movieDetails = (tmdbId: number) => movie.extend(ofTitle(tmdbId));
export const tvDetails = (tmdbId: number) => tv.extend(ofTitle(tmdbId));

const page = z.int().nonnegative();
export const searchPage = z.object({
  page,
  totalPages: page,
  totalResults: page,
  results: z.array(
    z.union([
      movie.extend({ mediaType: z.literal('movie'), mediaInfo: mediaOfSearch.nullish() }),
      tv.extend({ mediaType: z.literal('tv'), mediaInfo: mediaOfSearch.nullish() }),
      z.object({ mediaType: z.string().regex(/^(?!movie$|tv$)/) }).transform(() => null),
    ]),
  ),
});

export const mediaPage = z.object({
  pageInfo: z.object({ results: page }),
  results: z.array(
    z.object({ mediaType: z.enum(['movie', 'tv']), tmdbId: id, status: z.number(), status4k: z.number() }),
  ),
});

export const createdRequest = request.extend({ media: z.object({ id }).nullish() });
export const publicSettings = z.record(z.string(), z.unknown());
export const account = z.object({ id });
export const status = z.object({ version: z.string() });

export type RequestShape = z.infer<typeof request>;
export type MediaShape = z.infer<typeof mediaOfSearch>;
export type MovieShape = z.infer<ReturnType<typeof movieDetails>>;
export type TvShape = z.infer<ReturnType<typeof tvDetails>>;

export const readAs = createReader('overseerr');
