import type { PoolConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';

/** The same server and database as the URL says, as another role. */
export function asRole(url: string, { user, password }: { user: string; password?: string }): PoolConfig {
  return { ...toClientConfig(parse(url)), user, password };
}
