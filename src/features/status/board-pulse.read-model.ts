import type { Queryable } from '../../mechanisms/postgres';

/** Table `board_pulse`: when the board of a connection was last seen, by any process. By the database's clock. */
export function createBoardPulse(database: Queryable) {
  return {
    /** It was seen so long ago. Never moves back. */
    async seen(connectionId: string, agoMs: number): Promise<void> {
      await database.query(
        `insert into board_pulse as pulse values ($1, clock_timestamp() - $2::float8 * interval '1 ms')
         on conflict (connection_id) do update set seen_at = greatest(pulse.seen_at, excluded.seen_at)`,
        [connectionId, agoMs],
      );
    },
    /** Null: never. */
    async last(connectionId: string): Promise<{ seenAt: Date; agoMs: number } | null> {
      const [row] = await database.query<{ seen_at: Date; ago_ms: number }>(
        `select seen_at, extract(epoch from clock_timestamp() - seen_at)::float8 * 1000 as ago_ms
         from board_pulse where connection_id = $1`,
        [connectionId],
      );
      return row ? { seenAt: row.seen_at, agoMs: row.ago_ms } : null;
    },
  };
}
export type BoardPulse = ReturnType<typeof createBoardPulse>;
