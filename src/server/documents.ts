import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** A document that passed all rules: what is found out of it is found out once, and kept by its nodes. */
export interface KnownDocument {
  text: string;
  /** SHA-256 of the text. */
  hash: string;
  document: DocumentNode;
}

/** The documents that operations came with lately, by their exact text. */
export interface Documents {
  known(text: string): KnownDocument | undefined;
  keep(document: KnownDocument): void;
}

/**
 * Characters of all texts together. What is kept of a text is up to two hundred times as large, and as that of EACH characters more; plans of execution
 * have a bound of their own.
 */
const MOST = 256 * 1024;
const EACH = 64;
/** A longer text is not kept: it would push out those of many others. */
const LONGEST = 16 * 1024;

export function createDocuments(): Documents {
  const kept = new LRUCache<string, KnownDocument>({
    maxSize: MOST,
    maxEntrySize: LONGEST + EACH,
    sizeCalculation: ({ text }) => text.length + EACH,
  });
  return {
    known: (text) => kept.get(text),
    keep(document) {
      if (!kept.has(document.text)) kept.set(document.text, document);
    },
  };
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
