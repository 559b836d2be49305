/** Rating keys are a server's own, and another server behind the same address has others under the same numbers: an id of ours says of which. */
const SHOWN = 8;
const KINDS = { library: 'lib_', item: 'itm_', collection: 'col_', season: 'sea_' } as const;
export type PlexIdKind = keyof typeof KINDS;

export const idPrefix = (kind: PlexIdKind): string => KINDS[kind];

/** `itm_4f1c22aa.1234`; a collection also names its section: `col_4f1c22aa.1.88`. */
export function globalId(kind: PlexIdKind, machine: string, ...keys: string[]): string {
  return `${KINDS[kind]}${[machine.slice(0, SHOWN), ...keys].join('.')}`;
}

/** The keys in an id of this kind and this machine; null for any other text. */
export function keysOf(kind: PlexIdKind, machine: string, id: string): string[] | null {
  const [shown, ...keys] = id.slice(KINDS[kind].length).split('.');
  const lawful = id.startsWith(KINDS[kind]) && shown === machine.slice(0, SHOWN) && keys.length > 0;
  return lawful && keys.every((key) => /^\d{1,20}$/.test(key)) ? keys : null;
}
