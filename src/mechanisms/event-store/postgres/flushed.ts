/**
 * SQL, true, at the price of a wait for the disk at the end of its statement: everything that this statement sees is on disk when its answer comes. Another process
 * may let others see its events before they are (docs/decisions/0019), and a crash takes those back. A message in the log that nobody reads is the least that a
 * commit waits for. A replica has only what is on disk.
 */
export const FLUSHED = `(pg_is_in_recovery() OR pg_logical_emit_message(true, 'medianest', '') IS NOT NULL)`;
