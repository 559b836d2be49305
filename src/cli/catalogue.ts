import type { Command } from '.';

export const catalogueCommand: Command = async (_words, { print, catalogue }) => print((await catalogue()).trimEnd());
