import type { IncomingHttpHeaders } from 'node:http';
import type { Query } from './query-string';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with `/`, comes after the path of `baseUrl`, holds no query. It appears in messages and log lines. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /** For this call, instead of the client's `timeoutMs`. */
  deadlineMs?: number;
  /** Statuses beyond 2xx that the caller reads itself; any other is thrown as an UpstreamFailure. */
  answers?: number[];
  /** Answered there to everybody: who refuses us here is another service, or stands before it. */
  open?: boolean;
  /** A look whether the upstream lives: sent even while other calls are not, and never repeated. */
  probe?: boolean;
}

/** Pictures that people are shown, whoever has them. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/svg+xml'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** A GET of a file. */
export interface HttpDownload<Type extends string> extends Pick<HttpCall, 'path' | 'query' | 'deadlineMs'> {
  /** Media types without parameters, like `image/jpeg`: what is sent as another is thrown as WRONG_SHAPE. */
  types: readonly Type[];
  maxBytes: number;
}

export interface HttpFile<Type extends string> {
  type: Type;
  bytes: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The parsed JSON; undefined when the body is empty, or no JSON in one of the awaited `answers`. */
  body: unknown;
  text: string;
}
