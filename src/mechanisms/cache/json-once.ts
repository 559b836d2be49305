/** Characters of texts whose values are kept; twice as many at most. */
const MOST = 4 * 1024 * 1024;

/**
 * JSON as the layers keep it. What is read again and again is the same text each time, and is parsed once: who reads a value shares it, and nobody
 * changes it.
 */
export function createJsonOnce(most = MOST) {
  let recent = new Map<string, unknown>();
  let older = new Map<string, unknown>();
  let size = 0;
  return {
    serialize: (value: unknown): string => JSON.stringify(value),
    deserialize<Value>(text: string): Value {
      const known = recent.get(text);
      if (known !== undefined) return known as Value;
      const value = older.get(text) ?? (JSON.parse(text) as unknown);
      size += text.length;
      if (size > most) [older, recent, size] = [recent, new Map(), text.length];
      recent.set(text, value);
      return value as Value;
    },
  };
}
