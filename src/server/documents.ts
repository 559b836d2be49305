import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';

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
  /** The one that was not asked for the longest is the first. */
  const kept = new Map<string, KnownDocument>();
  let size = 0;
  return {
    known(text) {
      const known = kept.get(text);
      if (known) {
        kept.delete(text);
        kept.set(text, known);
      }
      return known;
    },
    keep(document) {
      if (kept.has(document.text) || document.text.length > LONGEST) return;
      kept.set(document.text, document);
      size += document.text.length + EACH;
      for (const text of kept.keys()) {
        if (size <= MOST) break;
        kept.delete(text);
        size -= text.length + EACH;
      }
    },
  };
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
