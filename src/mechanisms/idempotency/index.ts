import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { IdempotencyKeyReused, InvalidInput } from '../errors';
import { deriveCommandId } from '../event-store';
import type { Preparing } from '../postgres';

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

const KEY = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/**
 * The id of the command that a mutation gives: from its key, so that a repeat is the same command; without one it is new.
 * Throws InvalidInput for a key that is none, and what `claim` throws.
 */
export async function commandIdOf(
  keys: IdempotencyKeys,
  { key, ...claim }: Omit<IdempotencyClaim, 'key'> & { key: string | undefined },
): Promise<string> {
  if (key === undefined) return uuidv7();
  if (!KEY.test(key)) {
    throw new InvalidInput('A key has 1 to 200 characters, none of them a control character.', ['idempotencyKey']);
  }
  await keys.claim({ ...claim, key });
  return deriveCommandId(claim.actorId, claim.mutation, key);
}

/** The no-op update makes RETURNING give the row that was there first. */
const CLAIM = {
  name: 'claim_key',
  text: `insert into idempotency_key (actor_id, mutation, key, body_hash) values ($1, $2, $3, $4)
    on conflict (actor_id, mutation, key) do update set key = excluded.key returning body_hash`,
};

export function createIdempotencyKeys(database: Preparing): IdempotencyKeys {
  return {
    async claim({ actorId, mutation, key, body }) {
      const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const [row] = await database.prepared<{ body_hash: string }>(CLAIM, [actorId, mutation, key, hash]);
      if (row?.body_hash !== hash) {
        throw new IdempotencyKeyReused(
          `idempotency key "${key}" was used for ${mutation} with another input; use a new key`,
        );
      }
    },
  };
}
