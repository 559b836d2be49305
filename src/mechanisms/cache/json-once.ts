import { LRUCache } from 'lru-cache';

/** Characters of texts whose values are kept. */
const MOST = 8 * 1024 * 1024;

/**
 * JSON as the layers keep it. What is read again and again is the same text each time, and is parsed once: who reads a value shares it, and nobody
 * changes it.
 */
export function createJsonOnce(most = MOST) {
  const parsed = new LRUCache<string, { value: unknown }>({
    maxSize: most,
    sizeCalculation: (_parsed, text) => text.length,
  });
  return {
    serialize: (value: unknown): string => JSON.stringify(value),
    deserialize<Value>(text: string): Value {
      let known = parsed.get(text);
      if (!known) parsed.set(text, (known = { value: JSON.parse(text) as unknown }));
      return known.value as Value;
    },
  };
}
