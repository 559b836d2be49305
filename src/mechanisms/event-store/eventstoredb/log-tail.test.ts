import { createLogTail } from './log-tail';

describe('the known end of the log', () => {
  it('is skipped over by whoever stands at its last event of ours', () => {
    const tail = createLogTail();
    expect(tail.skip(5n)).toBe(5n);
    tail.lookedOn({ last: 5n, from: 0n, end: 9n });
    expect([4n, 5n, 7n, 9n, 12n].map(tail.skip)).toEqual([4n, 9n, 9n, 9n, 12n]);
  });

  it('grows with what was looked through, and only from where it is known', () => {
    const tail = createLogTail();
    tail.lookedOn({ from: 3n, end: 9n });
    expect(tail.skip(3n)).toBe(3n);
    tail.lookedOn({ last: 5n, from: 0n, end: 9n });
    tail.lookedOn({ from: 9n, end: 20n });
    expect(tail.skip(5n)).toBe(20n);
  });

  it('does not grow over a gap that nobody looked into', () => {
    const tail = createLogTail();
    tail.lookedOn({ last: 5n, from: 0n, end: 9n });
    tail.lookedOn({ from: 10n, end: 30n });
    expect(tail.skip(5n)).toBe(9n);
  });

  it('tells the head when a look back reached it, or what is known', () => {
    const tail = createLogTail();
    expect(tail.lookedBack({ end: 20n, downTo: 9n })).toBeUndefined();
    expect(tail.lookedBack({ last: 5n, end: 20n, downTo: 4n })).toBe(5n);
    expect(tail.lookedBack({ end: 30n, downTo: 21n })).toBeUndefined();
    expect(tail.lookedBack({ end: 30n, downTo: 20n })).toBe(5n);
    expect(tail.skip(5n)).toBe(30n);
    expect(tail.lookedBack({ last: 40n, end: 40n, downTo: 31n })).toBe(40n);
  });

  it('never falls back to what a slower node says, until it is forgotten', () => {
    const tail = createLogTail();
    tail.lookedOn({ last: 5n, from: 0n, end: 9n });
    expect(tail.lookedBack({ last: 4n, end: 4n, downTo: 0n })).toBe(5n);
    tail.forget();
    expect(tail.lookedBack({ last: 4n, end: 4n, downTo: 0n })).toBe(4n);
  });
});
