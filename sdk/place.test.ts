import fc from 'fast-check';
import { createPlace } from './place';

interface Message {
  position: string;
  what: string;
}
const name = (position: number) => `p1.pg.${position}`;

/** How many changes each position has: 0 where the subscription is not concerned. */
const logs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });

/** What the server sends after a position: whole positions, and only the last message of one carries it. */
function sentAfter(log: readonly number[], after: string): Message[] {
  const from = Number(after.split('.')[2]);
  return log.flatMap((count, index) => {
    const position = index + 1;
    if (position <= from) return [];
    return Array.from({ length: count }, (_, n) => ({
      position: name(n === count - 1 ? position : position - 1),
      what: `${position}.${n}`,
    }));
  });
}

it('everything is heard once and in order, wherever the connection breaks', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 20 });
  fc.assert(
    fc.property(logs, cuts, fc.nat(3), (log, breaks, start) => {
      const after = name(Math.min(start, log.length));
      const place = createPlace(after);
      const heard: string[] = [];
      for (const messagesUntilBreak of [...breaks, Infinity]) {
        const sent = sentAfter(log, place.goOn());
        for (const { position, what } of sent.slice(0, messagesUntilBreak)) if (place.isNew(position)) heard.push(what);
      }
      expect(heard).toEqual(sentAfter(log, after).map(({ what }) => what));
    }),
    { numRuns: 2_000 },
  );
});

it('asks again for no more than what it heard of the last two positions', () => {
  const place = createPlace(name(3));
  expect(place.goOn()).toBe(name(3));
  for (const position of [5, 8, 9]) expect(place.isNew(name(position))).toBe(true);
  expect(place.goOn()).toBe(name(8));
});

it('takes positions as numbers of any length', () => {
  const place = createPlace(name(9));
  expect(place.isNew(name(10))).toBe(true);
  expect(place.isNew('p1.pg.18446744073709551617')).toBe(true);
  expect(place.isNew('p1.pg.18446744073709551616')).toBe(false);
});
