/** Interleaves by owner, keeping each owner's order: the first of everybody, then the second of everybody, and so on. */
export function fairOrder<Item>(items: readonly Item[], ownerOf: (item: Item) => string): Item[] {
  const turns = new Map<string, number>();
  const placed = items.map((item) => {
    const turn = turns.get(ownerOf(item)) ?? 0;
    turns.set(ownerOf(item), turn + 1);
    return { item, turn };
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ item }) => item);
}
