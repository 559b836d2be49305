import type { Command } from './command';

export const catalogueCommand: Command = async (_words, { print, catalogue }) => print((await catalogue()).trimEnd());
