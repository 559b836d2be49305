/** Tells the readers of a topic to look. Carries no facts; may be lost: everyone polls as a net. */
export interface WakeUp {
  publish(topic: string, message: WakeUpMessage): Promise<void>;
  /** Resolves when the subscription stands; returns the undo. Called without a message: something may have been missed. */
  subscribe(topic: string, listener: (message?: WakeUpMessage) => void): Promise<() => void>;
  close(): Promise<void>;
}

/** Hints only. */
export interface WakeUpMessage {
  projection: string;
  /** As a decimal string. */
  position: string;
}
