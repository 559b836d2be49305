import type { z } from 'zod';
import { UpstreamFailure } from '../../mechanisms/http';
import { movieDetails, readAs, searchPage, tvDetails } from './shapes';

const read = (shape: z.ZodType, body: unknown) => readAs(shape, { status: 200, body });

it.each([
  ['film', movieDetails],
  ['series', tvDetails],
])('another %s than was asked for is not believed', (_kind, details) => {
  expect(read(details(5), { id: 5 })).toEqual({ id: 5 });
  expect(() => read(details(6), { id: 5 })).toThrow(/shape than expected, at id$/);
});

it('an id that GraphQL could not tell is not believed', () => {
  const found = (id: number) => ({ page: 1, totalPages: 1, totalResults: 1, results: [{ id, mediaType: 'movie' }] });
  expect(read(searchPage, found(2 ** 31 - 1))).toEqual(found(2 ** 31 - 1));
  expect(() => read(searchPage, found(2 ** 31))).toThrow(UpstreamFailure);
});
