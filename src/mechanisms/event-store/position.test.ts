import { InvalidInput, PositionExpired } from '../errors';
import { formatPosition, parsePosition, positionsOf } from './position';

describe('positions', () => {
  it.each([0n, 1n, 184233n, 2n ** 63n - 1n])('come back as they went: %d', (position) => {
    const text = formatPosition('pg7f3a', position);
    expect(text).toBe(`p1.pg7f3a.${position}`);
    expect(parsePosition('pg7f3a', text, 'after')).toBe(position);
  });

  it('of one store are written and read with its id', () => {
    const { format, after, atLeast } = positionsOf({ storeId: 'pg7f3a' });
    expect(format(184233n)).toBe('p1.pg7f3a.184233');
    expect(after('p1.pg7f3a.184233')).toBe(184233n);
    expect(() => after('p1.es02c9.184233')).toThrow(PositionExpired);
    expect([after(undefined), atLeast(null)]).toEqual([undefined, undefined]);
    expect(() => after('p1.pg7f3a.01')).toThrow(expect.objectContaining({ argumentPath: ['after'] }));
    expect(() => atLeast('p1.pg7f3a.01')).toThrow(expect.objectContaining({ argumentPath: ['atLeast'] }));
  });

  it('of another store are over', () => {
    expect(() => parsePosition('pg7f3a', 'p1.es02c9.8837721', 'after')).toThrow(PositionExpired);
  });

  it.each([
    '',
    '12',
    'p1.pg7f3a.',
    'p1.pg7f3a.-1',
    'p1.pg7f3a.01',
    'p1.pg7f3a.1.5',
    'p1.pg7f3a.0x10',
    'p1.pg7f3a.1\n',
    ' p1.pg7f3a.1',
    'p1..1',
    'p2.pg7f3a.1',
    'p1.pg7f3a.9223372036854775808',
    'p1.es02c9.99999999999999999999',
  ])('are none: %j', (text) => {
    expect(() => parsePosition('pg7f3a', text, 'after')).toThrow(InvalidInput);
    expect(() => parsePosition('pg7f3a', text, 'atLeast')).toThrow(
      expect.objectContaining({ argumentPath: ['atLeast'] }),
    );
  });
});
