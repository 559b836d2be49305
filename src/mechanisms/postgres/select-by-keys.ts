/**
 * The rows of a list of keys, for a statement that is planned once. `key`: its columns and their types; the parameters are a list of each, in that order. The
 * lists are hidden from the planner (`select $1`), which would plan for each length anew. Each key is looked up by itself, for a plan that is kept from when the
 * table was empty would read all of it.
 */
export function selectByKeys(columns: string, table: string, key: Record<string, 'text' | 'int'>): string {
  const names = Object.keys(key);
  const lists = names.map((name, index) => `(select $${index + 1}::${key[name]}[])`);
  const isIt = names.map((name) => `${table}.${name} = wanted.${name}`);
  return `select it.* from unnest(${lists.join(', ')}) as wanted (${names.join(', ')}),
    lateral (select ${columns} from ${table} where ${isIt.join(' and ')} offset 0) as it`;
}
