import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Person } from './testing';

export interface Answer {
  status: number;
  data?: Record<string, unknown> | null | undefined;
  codes: unknown[];
  errors: { message: string; extensions: Record<string, unknown> }[];
}

/** A plain request, as any program may send one. */
export async function send(
  url: string,
  body: string,
  { headers = {}, path = '' }: { headers?: Record<string, string>; path?: string } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(response.headers.get('content-type')).toMatch(/json/);
  const { data, errors = [] } = (await response.json()) as Partial<Answer>;
  return { status: response.status, data, errors, codes: errors.map(({ extensions }) => extensions['code']) };
}

export const bearer = (person: Person) => ({ authorization: `Bearer ${person.token}` });

/** What a socket is closed with that says these things one after the other; it must have been told no data. */
export async function closeOf(url: string, messages: object[], { headers = {}, path = '' } = {}): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, 'graphql-transport-ws', { headers });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const told: string[] = [];
  socket.on('message', (data) => told.push(String(data)));
  for (const message of messages) socket.send(JSON.stringify(message));
  const [code] = (await closed) as [number];
  expect(told.filter((message) => message.includes('"next"'))).toEqual([]);
  return code;
}
