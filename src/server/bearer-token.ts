/** The token of `Bearer <token>`, from a header or from the parameters of a socket; whatever else it may be gives none. */
export function bearerToken(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
}
