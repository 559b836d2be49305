import { Arg } from 'type-graphql';
import { Position } from './scalars';

/** The argument `atLeast` of a field that a projection feeds: its answer is as of that position or later. */
export const AtLeast = (description = 'Not older than this.') =>
  Arg('atLeast', () => Position, { nullable: true, description });
