import 'reflect-metadata'; // before the first decorator runs

export { allows, graphqlAccess } from './access';
export type { Access, AccessMap } from './access';
export { buildApiSchema } from './api-schema';
export type { ApiSchemaOptions, ResolverMount } from './api-schema';
export { AtLeast } from './at-least';
export { connectionOf, page, PageInfo } from './connection';
export type { Connection, Edge, PageOptions } from './connection';
export { decodeCursor, encodeCursor, pageSize } from './cursor';
export { createNodeResolver, Node } from './node';
export type { NodeFetcher } from './node';
export {
  answering,
  ConflictProblem,
  ForbiddenProblem,
  IdempotencyKeyReusedProblem,
  InvalidInputProblem,
  NotFoundProblem,
  Problem,
  problemOf,
  toProblem,
} from './problems';
export type { AnsweringOptions } from './problems';
export { DateTime, JsonObject, Position } from './scalars';
export { Scope } from './scope';
export { asksFor } from './selection';
