/** Titles for what the household does not have: made of a number, always the same, and no two alike. */

const ADJECTIVES = [
  ...['Silent', 'Crooked', 'Amber', 'Distant', 'Hollow', 'Crimson', 'Patient', 'Frozen', 'Gentle', 'Restless'],
  ...['Paper', 'Golden', 'Broken', 'Velvet', 'Iron', 'Wandering', 'Secret', 'Salted', 'Borrowed', 'Northern'],
  ...['Burning', 'Careful', 'Last', 'Foreign', 'Quiet', 'Reckless', 'Sleeping', 'Hidden', 'Honest', 'Marble'],
  ...['Lonely', 'Painted', 'Second', 'Tidal', 'Wicker', 'Winter', 'Hungry', 'Perfect', 'Copper', 'Midnight'],
];
const NOUNS = [
  ...['Lighthouse', 'Orchard', 'Machine', 'Garden', 'Passenger', 'Harbour', 'Clockmaker', 'Letter', 'River', 'Tower'],
  ...['Stranger', 'Kingdom', 'Mirror', 'Carnival', 'Bridge', 'Astronaut', 'Violin', 'Witness', 'Island', 'Engine'],
  ...['Library', 'Promise', 'Shepherd', 'Station', 'Diver', 'Theatre', 'Window', 'Compass', 'Colony', 'Apprentice'],
  ...['Beekeeper', 'Signal', 'Market', 'Painter', 'Glacier', 'Courier', 'Lantern', 'Summit', 'Voyage', 'Inheritance'],
];
const PLACES = [
  ...['Marrow', 'Odessa', 'the North', 'Quill Street', 'Saturn', 'the Delta', 'Ravenna', 'Tomorrow', 'Hollow Hill'],
  ...['the Valley', 'Lisbon', 'Glass', 'Avalon', 'Ferry Lane', 'the Desert', 'Kyoto', 'Winterfold', 'the Coast'],
  ...['Nowhere', 'Mercury', 'Elm Park', 'the Marsh', 'Trieste', 'Ashford', 'the Deep', 'Carthage', 'Bellwether'],
  ...['the Moon', 'Oslo', 'Thornbury', 'the Archive', 'Sable Bay'],
];
const TITLES = ADJECTIVES.length * NOUNS.length * PLACES.length;
/** Shares no factor with TITLES: every number gets another title, and neighbours none that look alike. */
const STRIDE = 7_919;

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

export function filmTitle(number: number): string {
  const at = (number * STRIDE) % TITLES;
  const place = pick(PLACES, Math.floor(at / (ADJECTIVES.length * NOUNS.length)));
  const name = `The ${pick(ADJECTIVES, at)} ${pick(NOUNS, Math.floor(at / ADJECTIVES.length))} of ${place}`;
  const part = Math.floor(number / TITLES);
  return part === 0 ? name : `${name}: Part ${part + 1}`;
}

export const showTitle = (number: number): string =>
  `${pick(ADJECTIVES, number * 7)} ${pick(NOUNS, number * 3 + Math.floor(number / NOUNS.length))}`;

export const collectionTitle = (number: number): string =>
  `${pick(NOUNS, number)} & ${pick(NOUNS, number + 1 + Math.floor(number / NOUNS.length))} Collection`;

const FIRST = ['Ada', 'Bela', 'Cem', 'Dora', 'Elif', 'Finn', 'Gita', 'Hugo', 'Ines', 'Jonas', 'Kaia', 'Lev'];
const LAST = ['Abara', 'Brandt', 'Castell', 'Dumont', 'Eriksen', 'Farrow', 'Grieg', 'Holub', 'Iversen', 'Jansky'];
export const personName = (number: number): string => `${pick(FIRST, number)} ${pick(LAST, Math.floor(number / 3))}`;

const GENRES = ['Drama', 'Comedy', 'Thriller', 'Science Fiction', 'Adventure', 'Mystery', 'Documentary'];
export const genresOf = (number: number): string[] => [pick(GENRES, number), pick(GENRES, number * 2 + 3)];
