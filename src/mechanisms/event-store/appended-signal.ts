/** The wake-up of a process: many appends in one turn of the event loop are one call of each listener. */
export interface AppendedSignal {
  notify(): void;
  onAppended(listener: () => void): () => void;
}

export function createAppendedSignal(): AppendedSignal {
  // Keyed by an object of its own, so that a listener given twice is called twice and undone once each.
  const listeners = new Map<object, () => void>();
  let due = false;
  return {
    notify() {
      if (due) return;
      due = true;
      setImmediate(() => {
        due = false;
        for (const listener of [...listeners.values()]) listener();
      });
    },
    onAppended(listener) {
      const key = {};
      listeners.set(key, listener);
      return () => void listeners.delete(key);
    },
  };
}
