export { createMediaNestClient } from './client';
export type { Given, MediaNestClient, MediaNestClientOptions, Operation } from './client';
export { MediaNestError, PositionExpiredError } from './errors';
export type { GraphQLProblem } from './errors';
export * from './generated';
