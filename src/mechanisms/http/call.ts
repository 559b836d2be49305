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
  /** A look whether the upstream lives: sent even while other calls are not, and never repeated. */
  probe?: boolean;
}

/** A GET of something that is no JSON. */
export interface HttpDownload extends Pick<HttpCall, 'path' | 'query' | 'deadlineMs'> {
  /** Media types without parameters, like `image/jpeg`: what is sent as another is thrown as WRONG_SHAPE. */
  types: readonly string[];
  maxBytes: number;
}

export interface HttpFile {
  /** One of the `types`. */
  type: string;
  bytes: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The parsed JSON; undefined when the body is empty, or no JSON in one of the awaited `answers`. */
  body: unknown;
  text: string;
}
