import { createHash } from 'node:crypto';
import { IdempotencyKeyReused } from '../errors';
import type { Queryable } from '../postgres';

export interface IdempotencyClaim {
  actorId: string;
  mutation: string;
  key: string;
  /** The input of the mutation; compared by its JSON. */
  body: unknown;
}

/** Keys of mutations: a row is written before the command, so that the same key with another body is refused for ever. */
export interface IdempotencyKeys {
  /** Throws IdempotencyKeyReused when the key came before with another body. */
  claim(claim: IdempotencyClaim): Promise<void>;
}

export function createIdempotencyKeys(database: Queryable): IdempotencyKeys {
  return {
    async claim({ actorId, mutation, key, body }) {
      const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      // The no-op update makes RETURNING give the row that was there first.
      const [row] = await database.query<{ body_hash: string }>(
        `insert into idempotency_key (actor_id, mutation, key, body_hash) values ($1, $2, $3, $4)
         on conflict (actor_id, mutation, key) do update set key = excluded.key returning body_hash`,
        [actorId, mutation, key, hash],
      );
      if (row?.body_hash !== hash) {
        throw new IdempotencyKeyReused(
          `idempotency key "${key}" was used for ${mutation} with another input; use a new key`,
        );
      }
    },
  };
}
