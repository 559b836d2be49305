/** What an empty variable stands for: the request, and the position, of the last answer that had one. All windows share it; it is no secret. */
const key = 'medianest.last-answer';

interface LastAnswer {
  request?: string;
  after?: string;
}

/** A mutation answers `{ field: { request: { id }, position } }`. */
export function remember(data: Record<string, unknown> | null | undefined): void {
  for (const payload of Object.values(data ?? {})) {
    const { request, position } = (payload ?? {}) as { request?: { id?: unknown } | null; position?: unknown };
    if (typeof request?.id !== 'string') continue;
    const answer: LastAnswer = { request: request.id, ...(typeof position === 'string' && { after: position }) };
    localStorage.setItem(key, JSON.stringify(answer));
  }
}

export function fillIn(variables: Record<string, unknown> = {}): Record<string, unknown> {
  const last = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>;
  const filled = Object.entries(variables).map(([name, value]) => [name, value === '' ? (last[name] ?? value) : value]);
  return Object.fromEntries(filled) as Record<string, unknown>;
}
