import { shapeDifferences, valueAt } from './testing';

describe('the comparison of shapes', () => {
  const recorded = { id: 1, at: '2026-11-23T13:25:50.000Z', name: null, rows: [{ ok: true }, { ok: false }] };

  it('accepts other values of the same shape', () => {
    const actual = { rows: [{ ok: false }, { ok: false }], name: null, at: '2027-01-01T00:00:00.000Z', id: 99 };
    expect(shapeDifferences(recorded, actual)).toEqual([]);
  });

  it.each([
    ['a missing key', { ...recorded, id: undefined }, 'body.id: number recorded, undefined answered'],
    ['a key that is not there', { at: recorded.at, name: null, rows: recorded.rows }, 'body.id: missing'],
    ['an extra key', { ...recorded, more: 1 }, 'body.more: extra'],
    ['another type', { ...recorded, id: '1' }, 'body.id: number recorded, string answered'],
    ['null for a value', { ...recorded, id: null }, 'body.id: number recorded, null answered'],
    ['a value for null', { ...recorded, name: 'x' }, 'body.name: null recorded, string answered'],
    ['a date of another form', { ...recorded, at: '2026-11-23' }, 'body.at: date recorded, string answered'],
    ['a shorter list', { ...recorded, rows: [{ ok: true }] }, 'body.rows: 2 elements recorded, 1 answered'],
    [
      'a difference deep in a list',
      { ...recorded, rows: [{ ok: true }, { ok: false, also: 1 }] },
      'body.rows[1].also: extra',
    ],
    ['an object for a list', { ...recorded, rows: {} }, 'body.rows: list recorded, object answered'],
  ])('reports %s', (_what, actual, difference) => {
    expect(shapeDifferences(recorded, actual)).toEqual([difference]);
  });

  it('finds values along a path, through lists', () => {
    expect(valueAt(recorded, 'rows.*.ok')).toEqual([true, false]);
    expect(valueAt({ a: { b: 2 } }, 'a.b')).toBe(2);
  });
});
