export { createPlexClient } from './client';
export type * from './plex';
