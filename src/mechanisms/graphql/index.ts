import 'reflect-metadata'; // before the first decorator runs

export { allows, graphqlAccess } from './access';
export type { Access, AccessMap } from './access';
export { buildApiSchema } from './api-schema';
export type { ResolverMount } from './api-schema';
export { AtLeast } from './at-least';
export { connectionOf, page } from './connection';
export type { Connection } from './connection';
export { decodeCursor, encodeCursor, pageSize } from './cursor';
export { createNodeResolver, Node } from './node';
export type { NodeFetcher } from './node';
export { answering, Problem, problemOf } from './problems';
export { DateTime, JsonObject, Position } from './scalars';
export { Scope } from './scope';
export { asksFor } from './selection';
