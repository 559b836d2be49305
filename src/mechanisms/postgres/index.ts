export { asRole } from './as-role';
export { readCatalogue } from './catalogue';
export type { Database, PostgresDatabase, Queryable, DatabaseOptions } from './database';
export { createDatabase } from './database';
export type { Lane } from './lane';
export type { Statement } from './prepared';
export { asDatabaseError } from './database-errors';
export type { MigrateOptions } from './migrate';
export { APP_ROLE, migrate } from './migrate';
