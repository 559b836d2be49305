import type { Json } from './representation';
import type { Query, Rules } from './validation';

export const pagingRules = {
  take: { type: 'number', nullable: true },
  skip: { type: 'number', nullable: true },
} as const satisfies Rules;

/** Offset paging as the upstream does it: 0 means the default, and a negative `take` everything with nonsense numbers. */
export function page<T>(
  rows: readonly T[],
  query: Query,
  options: { defaultTake: number; json: (row: T) => Json },
): Json {
  const take = Number(query.take) || options.defaultTake;
  const skip = Number(query.skip) || 0;
  const shown = take < 0 ? rows.slice(skip) : rows.slice(skip, skip + take);
  return {
    pageInfo: {
      pages: Math.ceil(rows.length / take),
      pageSize: take,
      results: rows.length,
      page: Math.ceil(skip / take) + 1,
    },
    results: shown.map(options.json),
  };
}
