import type { Queryable } from '../../mechanisms/postgres';

/** Of the handovers that waited for a connection one may begin every `releaseMs`, whichever process asks. */
export interface Turns {
  /** When the caller's is, by the clock of Postgres; null: now. Nobody else is given it. */
  take(connectionId: string): Promise<Date | null>;
}

export function createTurns({ database, releaseMs }: { database: Queryable; releaseMs: number }): Turns {
  return {
    async take(connectionId) {
      const [row] = await database.query<{ at: Date; is_now: boolean }>(
        `insert into handover_turn as turn (connection_id, next_at)
         values ($1, clock_timestamp() + $2::float8 * interval '1 ms')
         on conflict (connection_id) do update
           set next_at = greatest(turn.next_at, clock_timestamp()) + $2::float8 * interval '1 ms'
         returning next_at - $2::float8 * interval '1 ms' as at,
           next_at - $2::float8 * interval '1 ms' <= clock_timestamp() as is_now`,
        [connectionId, releaseMs],
      );
      return !row || row.is_now ? null : row.at;
    },
  };
}
