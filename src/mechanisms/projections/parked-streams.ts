/** A stream that a projection leaves out, from an event on that it could not take, until it is tried again. */
export interface ParkedStream {
  streamId: string;
  /** Of its first event that was not taken. */
  position: bigint;
  /** What was thrown when one was not taken, and which. */
  error: string;
}

/** By their ids. */
export type ParkedStreams = Map<string, ParkedStream>;

/** In the row of the checkpoint. A bigint in JSON would lose its last digits. */
export type StoredParkedStreams = Record<string, { position: string; error: string }>;

export const toParkedStreams = (stored: StoredParkedStreams): ParkedStreams =>
  new Map(
    Object.entries(stored).map(([streamId, { position, error }]) => [
      streamId,
      { streamId, position: BigInt(position), error },
    ]),
  );

export function fromParkedStreams(parked: ParkedStreams): string {
  const entries = [...parked.values()].map(({ streamId, position, error }) => [
    streamId,
    { position: `${position}`, error },
  ]);
  return JSON.stringify(Object.fromEntries(entries) satisfies StoredParkedStreams); // an assignment would lose `__proto__`
}

/** In the order of the log. */
export const inOrder = (parked: ParkedStreams): ParkedStream[] =>
  [...parked.values()].sort((a, b) => (a.position < b.position ? -1 : 1));

export function withParked(parked: ParkedStreams, stream: ParkedStream): ParkedStreams {
  return new Map(parked).set(stream.streamId, stream);
}

export function withoutParked(parked: ParkedStreams, { streamId }: Pick<ParkedStream, 'streamId'>): ParkedStreams {
  const others = new Map(parked);
  others.delete(streamId);
  return others;
}
