import type { Dialect } from './dialect';
import type { Fulfilment } from './lifecycle';
import { mayAll } from './permissions';
import { guardRefusal } from './refusals';
import type { State, UserRow } from './state';
import { userById } from './state';
import type { Titles } from './titles';
import type { Query, Rules } from './validation';

export interface Call {
  /** Of a write: a draft, committed when the answer is made and dropped when it is refused. */
  state: State;
  caller: UserRow;
  params: Query;
  query: Query;
  body: Readonly<Record<string, unknown>>;
  titles: Titles;
  dialect: Dialect;
  fulfilment: Fulfilment;
}

export interface Answer {
  status: number;
  /** Undefined: an answer without a body. A string with a `type` is sent as it is, all else as JSON. */
  body: unknown;
  type?: string;
}

/** One line of the API's description, with what answers it. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  /** Under the base path; `:name` marks a parameter. */
  path: string;
  params?: Rules;
  query?: Rules;
  /** Described bodies must be JSON; endpoints without one ignore what is sent. */
  body?: Rules;
  /** Permission bits the route guard asks for. */
  needs?: number;
  answer(call: Call): Answer;
}

/** What tells one server from another. */
export interface Installation {
  /** The public half of the key pair for web push, made when it is set up. */
  vapidPublic: string;
  dialect: Dialect;
}

/** An endpoint that never looks at the credentials. */
export interface OpenEndpoint {
  method: 'GET';
  path: string;
  open: true;
  answer(installation: Installation): Answer;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });

export interface Credentials {
  key: string | undefined;
  actingUser: string | undefined;
  hasSession: boolean;
}

/** Thrown for what kills the process of the real server. */
export class ServerKilled extends Error {
  constructor() {
    super('this request kills the server');
    this.name = 'ServerKilled';
  }
}

/** The user a request acts as. The key alone is the owner's, user 1; sessions are not simulated, so a cookie is nobody's. */
export function callerOf(state: State, credentials: Credentials, apiKey: string): UserRow {
  if (credentials.key !== apiKey) throw guardRefusal();
  const id = credentials.actingUser ? Number(credentials.actingUser) : 1;
  if (Number.isNaN(id)) throw new ServerKilled();
  const user = userById(state, id);
  if (!user) throw guardRefusal();
  return user;
}

export function guard(caller: UserRow, needs: number | undefined): void {
  if (needs !== undefined && !mayAll(caller, needs)) throw guardRefusal();
}
