export type * from './plex';
