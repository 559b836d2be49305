import type { z } from 'zod';
import type { HttpAnswer } from './call';
import { UpstreamFailure } from './upstream-failure';

const PLACES = 3;

/** Reads bodies of one upstream: as the shape says, or WRONG_SHAPE naming the places that differ, never their content. */
export const createReader =
  (upstream: string) =>
  <S extends z.ZodType>(shape: S, { body, status }: Pick<HttpAnswer, 'body' | 'status'>): z.infer<S> => {
    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    const places = parsed.error.issues.slice(0, PLACES).map((issue) => issue.path.join('.') || 'the whole body');
    throw new UpstreamFailure(`${upstream} answered another shape than expected, at ${places.join(', ')}`, {
      upstream,
      failure: 'WRONG_SHAPE',
      certainty: 'UNKNOWN',
      status,
    });
  };
