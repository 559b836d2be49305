import type { Queryable } from '../../mechanisms/postgres';

/** Of the handovers that waited for a connection one may begin every `releaseMs`, whichever process asks. */
export interface Turns {
  /**
   * Null: the caller begins now. Otherwise when to come again, by the clock of Postgres; nobody else is given that turn. `given`: the caller
   * comes at a turn that it was given, or later.
   */
  take(connectionId: string, caller: { given: boolean }): Promise<Date | null>;
}

/** By how much those who come at their turns may be ahead of the rate: they come late, and then several at once. */
const AHEAD_MS = 1_000;

/**
 * Two clocks a connection: `next_at`, the next turn to give, and `free_at`, up to which those who began have used up the rate. Being late costs nobody
 * its turn as long as the rate is kept: workers that are slower than it would otherwise spend their time on giving each other new turns.
 */
export function createTurns({ database, releaseMs }: { database: Queryable; releaseMs: number }): Turns {
  const begin = (connectionId: string, given: boolean) =>
    database.query(
      `insert into handover_turn as turn (connection_id, next_at, free_at)
       values ($1, clock_timestamp(), clock_timestamp() + $2::float8 * interval '1 ms')
       on conflict (connection_id) do update
         set free_at = greatest(turn.free_at, clock_timestamp()) + $2::float8 * interval '1 ms'
         where turn.free_at <= clock_timestamp() + $3::float8 * interval '1 ms'
           and ($4 or turn.next_at <= clock_timestamp())
       returning 1`,
      [connectionId, releaseMs, given ? AHEAD_MS : 0, given],
    );
  const give = (connectionId: string) =>
    database.query<{ at: Date }>(
      `update handover_turn
       set next_at = greatest(next_at, free_at, clock_timestamp()) + $2::float8 * interval '1 ms'
       where connection_id = $1
       returning next_at - $2::float8 * interval '1 ms' as at`,
      [connectionId, releaseMs],
    );
  return {
    async take(connectionId, { given }) {
      if ((await begin(connectionId, given)).length > 0) return null;
      const [turn] = await give(connectionId);
      return turn?.at ?? null;
    },
  };
}
