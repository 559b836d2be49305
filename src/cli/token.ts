import { parseArgs } from 'node:util';
import { StartupError } from '../mechanisms/errors';
import type { Command } from './command';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `1h`, `30d`. */
function parseTtl(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (!count || !unit) throw new StartupError(`--ttl is like 90s, 15m, 1h or 30d, not "${text}"`);
  return Number(count) * (UNITS[unit] ?? 0);
}

function parse(words: string[]) {
  try {
    return parseArgs({ args: words, options: { account: { type: 'string' }, ttl: { type: 'string', default: '1h' } } })
      .values;
  } catch (error) {
    throw new StartupError(`medianest token --account <name> [--ttl 1h]: ${(error as Error).message}`);
  }
}

export const tokenCommand: Command = async (words, { print, issueToken }) => {
  const { account, ttl } = parse(words);
  if (!account) throw new StartupError('--account is missing: medianest token --account <name> [--ttl 1h]');
  print(await issueToken({ account, ttlMs: parseTtl(ttl) }));
};
