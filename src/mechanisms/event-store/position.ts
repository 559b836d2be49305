import { InvalidInput, PositionExpired } from '../errors';
import type { EventStore } from './event-store';

const FORM = /^p1\.([a-z0-9]+)\.(0|[1-9]\d{0,18})$/;
/** What a bigint column holds. */
const HIGHEST = 2n ** 63n - 1n;

/** A position as the API and the change feed write it: `p1.<store>.<n>`. */
export function formatPosition(storeId: string, position: bigint): string {
  return `p1.${storeId}.${position}`;
}

/** Parses what was given as this argument; throws PositionExpired when it is of another store, InvalidInput when it is none. */
export function parsePosition(storeId: string, text: string, argument: string): bigint {
  const [, store, digits] = FORM.exec(text) ?? [];
  const position = digits === undefined ? undefined : BigInt(digits);
  if (position === undefined || position > HIGHEST) {
    throw new InvalidInput('not a position: it reads like p1.pg7f3a.184233', [argument]);
  }
  if (store !== storeId) throw new PositionExpired('this position is of another event store');
  return position;
}

/** The positions of one store, for who does not hold the store itself. */
export interface Positions {
  format(position: bigint): string;
  /** The argument of this name, where it was given. Throw as `parsePosition` does. */
  after(text: string | null | undefined): bigint | undefined;
  atLeast(text: string | null | undefined): bigint | undefined;
}

export function positionsOf({ storeId }: Pick<EventStore, 'storeId'>): Positions {
  const given = (argument: string) => (text: string | null | undefined) =>
    text ? parsePosition(storeId, text, argument) : undefined;
  return {
    format: (position) => formatPosition(storeId, position),
    after: given('after'),
    atLeast: given('atLeast'),
  };
}
