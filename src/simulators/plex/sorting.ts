import { sortTitle } from './content';

interface Sortable {
  title: string;
  year: number;
  addedAt: number;
}

const FIELDS: Record<string, (one: Sortable) => string | number> = {
  titleSort: ({ title }) => sortTitle(title),
  addedAt: ({ addedAt }) => addedAt,
  year: ({ year }) => year,
  originallyAvailableAt: ({ year }) => year,
};

/** The places of `count` things in the order of `sort`, as Plex takes it (`addedAt:desc,titleSort`); an unknown field is passed over. */
export function placesBy(sort: string, count: number, at: (place: number) => Sortable): Int32Array {
  const fields = sort.split(',').flatMap((field) => {
    const [name = '', ...how] = field.split(':');
    const valueOf = FIELDS[name];
    return valueOf ? [{ valueOf, sign: how.includes('desc') ? -1 : 1 }] : [];
  });
  const values = fields.map(({ valueOf, sign }) => ({
    sign,
    of: Array.from({ length: count }, (_none, place) => valueOf(at(place))),
  }));
  return Int32Array.from({ length: count }, (_none, place) => place).sort((left, right) => {
    for (const { sign, of } of values) {
      const [a, b] = [of[left]!, of[right]!];
      if (a !== b) return a < b ? -sign : sign;
    }
    return left - right;
  });
}
