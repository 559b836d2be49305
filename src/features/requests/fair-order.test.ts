import { fairOrder } from './fair-order';

const inOrder = (items: string[]) => fairOrder(items, (item) => item.charAt(0));

describe('the fair order', () => {
  it('lets nobody wait for all requests of somebody else', () => {
    expect(inOrder(['a1', 'a2', 'a3', 'b1', 'c1', 'b2'])).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('keeps the order of one owner, and is empty of nothing', () => {
    expect(inOrder(['a1', 'a2', 'a3'])).toEqual(['a1', 'a2', 'a3']);
    expect(inOrder([])).toEqual([]);
  });
});
