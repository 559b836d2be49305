/** What a loop that also polls sleeps on. A ring while it is busy is remembered: the next wait is over at once. */
export interface Doorbell {
  ring(): void;
  /** Until it rings, at most `ms`; whether it rang. For one waiter. */
  wait(ms: number): Promise<boolean>;
}

export function createDoorbell(): Doorbell {
  let rung = false;
  let wake = (): void => undefined;
  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(ms) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const rang = rung;
      rung = false;
      return rang;
    },
  };
}
