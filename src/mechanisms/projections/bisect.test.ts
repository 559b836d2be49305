import { DatabaseUnavailable } from '../errors';
import { recorded } from '../event-store/testing';
import { bisect } from './bisect';
import { ProjectionStopped } from './failures';

const events = recorded(Array.from({ length: 9 }, (_, n) => ({ type: 'Counted', data: { n: n + 1 } })));
const numberOf = ({ globalPosition }: { globalPosition: bigint }) => Number(globalPosition);

/** What was written and what was poison, in order; `fail` says what is thrown at those. */
async function bisected(fail: (numbers: number[], tries: number) => Error | undefined, stopsAt?: number) {
  const told: (number[] | string)[] = [];
  let tries = 0;
  await bisect(events, {
    async write(some) {
      const numbers = some.map(numberOf);
      tries += 1;
      const error = fail(numbers, tries);
      if (error) throw error;
      told.push(numbers);
    },
    async poison(event, cause) {
      if (numberOf(event) === stopsAt) throw new ProjectionStopped('stop');
      told.push(`${numberOf(event)}: ${(cause as Error).message}`);
    },
  }).catch((error: Error) => told.push(error.message));
  return told;
}

const sick = (...poison: number[]) => {
  return (numbers: number[]) => (numbers.some((number) => poison.includes(number)) ? new Error('sick') : undefined);
};

it('writes all together where nothing fails', async () => {
  expect(await bisected(() => undefined)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

it('finds what is to blame, and writes the others in order', async () => {
  expect(await bisected(sick(3, 8))).toEqual([[1, 2], '3: sick', [4, 5], [6, 7], '8: sick', [9]]);
});

it('writes nothing beyond a poison event that stops it', async () => {
  expect(await bisected(sick(3, 8), 3)).toEqual([[1, 2], 'stop']);
});

it('does not blame an event that fails once', async () => {
  expect(await bisected((_, tries) => (tries === 1 ? new Error('a cloud') : undefined))).toEqual([
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9],
  ]);
});

it.each([1, 2, 6])('does not blame events for the database, which fails at try %i', async (at) => {
  const gone = new DatabaseUnavailable('gone');
  const told = await bisected((numbers, tries) => (tries === at ? gone : sick(1)(numbers)));
  expect(told.at(-1)).toBe('gone');
  expect(told.filter((one) => typeof one === 'string')).toEqual(['gone']);
});
