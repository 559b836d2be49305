/** A table of ours; what is followed by a bracket is a function or a list. */
const WRITTEN = /\b(insert)\s+into\s+([a-z_]+)|\b(update)\s+([a-z_]+)(?=[\s\w]*\sset\b)|\b(delete)\s+from\s+([a-z_]+)/i;
const READ = /\bfrom\s+([a-z_]+)\b(?!\s*[(.])/i;

/** What a statement is counted by: its verb and its first table, like `select request_view`. Few, whatever their values and filters. */
export function statementName(sql: string): string {
  const written = WRITTEN.exec(sql)?.filter((part) => part !== undefined);
  if (written) return `${written[1]} ${written[2]}`.toLowerCase();
  const verb = /^\s*([a-z]+)/i.exec(sql)?.[1] ?? '';
  const table = READ.exec(sql)?.[1] ?? '';
  return `${verb} ${table}`.trim().toLowerCase();
}
