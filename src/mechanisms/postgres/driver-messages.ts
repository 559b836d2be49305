/** What `pg` says, where it gives no code. */
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';
const NOT_SENT = [
  WAITED_IN_VAIN,
  'Connection terminated due to connection timeout',
  'Cannot use a pool after calling end on the pool',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
];
const BROKE = ['Connection terminated', 'Connection terminated unexpectedly', 'Query read timeout'];

/** Who stood in the queue of the pool for a connection got none. */
export const waitedInVain = (message: string): boolean => message === WAITED_IN_VAIN;

/** There was no connection to send the statement on. */
export const wasNotSent = (message: string): boolean => NOT_SENT.includes(message);

/** About a connection, before or after the statement was sent. */
export const isAboutConnection = (message: string): boolean => wasNotSent(message) || BROKE.includes(message);
