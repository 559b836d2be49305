import { household } from '../world';

/** One of the server's libraries. */
export interface Section {
  id: number;
  title: string;
  type: 'movie' | 'show';
  uuid: string;
}

export const sections: readonly Section[] = household.libraries.map(({ key, title, type }) => ({
  ...{ id: Number(key), title, type },
  uuid: `0e71027d-0000-4000-8000-${key.padStart(12, '0')}`,
}));

export const sectionOf = (type: Section['type']): Section => sections.find((one) => one.type === type)!;
