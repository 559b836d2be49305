/** Runs one piece of work per key at a time: who asks while it runs gets the same end of it. */
export interface SingleFlight {
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Promise<unknown>>();
  return {
    run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
      const running = flights.get(key);
      if (running) return running as Promise<Result>;
      const flight = work().finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}
