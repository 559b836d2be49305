import { z } from 'zod';
import { createReader, UpstreamFailure } from '../../mechanisms/http';

/**
 * Plex is free with its types: numbers come as text, lists as their only element, and any field may be missing
 * (contracts/plex.md 3.6). So a scalar that cannot be read is absent, and only what identifies a thing is required.
 */
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null);
const numeric = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .transform(Math.round);
const whole = numeric.nullish().catch(null);
const amount = numeric.pipe(z.int().nonnegative());
const truth = z
  .union([z.boolean(), z.literal(['1', 1]).transform(() => true)])
  .nullish()
  .catch(null);
/** Only the rows that can be read. */
const listOf = <S extends z.ZodType>(row: S) =>
  z
    .unknown()
    .optional()
    .transform((value) => readable(value, row));

/** Of rows, or of one that stands for itself, those that can be read. */
export const readable = <S extends z.ZodType>(value: unknown, row: S): z.infer<S>[] =>
  [value ?? []].flat().flatMap((one) => {
    const { success, data } = row.safeParse(one);
    return success ? [data] : [];
  });

const ratingKey = z.union([z.string(), z.number().transform(String)]).pipe(z.string().regex(/^\d+$/));

export const item = z.object({
  ratingKey,
  type: z.string(),
  title: text,
  guid: text,
  year: whole,
  summary: text,
  duration: whole,
  addedAt: whole,
  updatedAt: whole,
  thumb: text,
  art: text,
  librarySectionID: text,
  parentRatingKey: text,
  index: whole,
  leafCount: whole,
  childCount: whole,
  smart: truth,
  Guid: listOf(z.object({ id: z.string() })),
  Collection: listOf(z.object({ tag: z.string() })),
});

export const section = z.object({ key: ratingKey, type: z.string(), title: text, contentChangedAt: whole });

/** `size` counts the rows of this answer; `totalSize` is there when the answer is a page. An empty list is an absent key. */
export const container = z.object({
  MediaContainer: z.object({
    size: amount,
    totalSize: amount.optional(),
    Metadata: z.unknown().optional(),
    Directory: z.unknown().optional(),
  }),
});

export const identity = z.object({
  MediaContainer: z.object({ machineIdentifier: z.string().min(1), version: text }),
});

export type ItemShape = z.infer<typeof item>;
export type SectionShape = z.infer<typeof section>;

export const readAs = createReader('plex');

export const wrongShape = (what: string, status: number): UpstreamFailure =>
  new UpstreamFailure(`plex: ${what}`, { upstream: 'plex', failure: 'WRONG_SHAPE', certainty: 'UNKNOWN', status });
