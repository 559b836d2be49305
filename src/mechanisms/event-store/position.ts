/** A position as the API and the change feed write it: `p1.<store>.<n>`. */
export declare function formatPosition(storeId: string, position: bigint): string;
/** Parses one; throws PositionExpired when it is of another store, InvalidInput when it is none. */
export declare function parsePosition(storeId: string, text: string): bigint;
