import { circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { RawAnswer } from './exchange';
import { kindOf, wasNotTried } from './transport-failure';

type Work = () => Promise<RawAnswer>;

/** So many calls in a row that met nobody open the circuit. */
const FAILURES = 5;
/** How long it stays open before one call tries again; longer each time that is in vain. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 10_000;
const REPEATS = 2;
const FIRST_PAUSE_MS = 100;

/** What a gateway says in the place of the upstream, or the upstream of itself while it starts. A 500 is an answer to one call. */
const isAway = (answer: unknown): boolean => [502, 503, 504].includes((answer as RawAnswer).status);
const isUnreachable = (error: Error): boolean => !wasNotTried(error) && kindOf(error)[0] === 'UNREACHABLE';
const isOutage = (error: Error): boolean => isUnreachable(error) || error.name === 'TimeoutError';

/** Only for what may be done twice. A deadline that has passed leaves no time to repeat. */
export const repeating = retry(handleWhen(isUnreachable).orWhenResult(isAway), {
  maxAttempts: REPEATS,
  backoff: new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS }),
});

/** Spares an upstream that is away, and us the wait for it: while the circuit is open, calls end at once and unsent. */
export function createCircuit({ onChange }: { onChange: (state: 'open' | 'closed') => void }) {
  function closedOne() {
    const breaker = circuitBreaker(handleWhen(isOutage).orWhenResult(isAway), {
      breaker: new ConsecutiveBreaker(FAILURES),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: FIRST_REST_MS, maxDelay: LONGEST_REST_MS }),
    });
    breaker.onBreak(() => onChange('open'));
    breaker.onReset(() => onChange('closed'));
    return breaker;
  }
  let breaker = closedOne();

  return {
    run: (work: Work): Promise<RawAnswer> => breaker.execute(work),
    /** Runs though it is open; an answer closes it. */
    async probe(work: Work): Promise<RawAnswer> {
      const answer = await work();
      if (breaker.state !== CircuitState.Closed && !isAway(answer)) {
        breaker = closedOne();
        onChange('closed');
      }
      return answer;
    },
  };
}
