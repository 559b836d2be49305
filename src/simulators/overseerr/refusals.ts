/** An answer that is not the wished one. A refused write commits nothing. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: { message?: string; [key: string]: unknown },
  ) {
    super(body.message ?? `refused with ${status}`);
    this.name = 'Refusal';
  }
}

/** A handler's own refusal. */
export const refusal = (status: number, message: string): Refusal => new Refusal(status, { message });

/** The route guard has its own shape, for a wrong key, an unknown acting user and a missing permission alike. */
export const guardRefusal = (): Refusal =>
  new Refusal(403, { status: 403, error: 'You do not have permission to access this endpoint' });

/** What checks requests against the API's description, before any handler, says its message twice. */
export const describedRefusal = (status: number, path: string, message: string): Refusal =>
  new Refusal(status, { message, errors: [{ path, message }] });

/** The text the upstream's database layer writes for an id that should exist. */
export const missingUserText = (id: number): string =>
  `Could not find any entity of type "User" matching: {\n    "where": {\n        "id": ${id}\n    }\n}`;
