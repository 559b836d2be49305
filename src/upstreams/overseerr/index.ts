export { createOverseerrClient } from './client';
export type * from './overseerr';
