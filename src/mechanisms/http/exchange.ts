import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ExchangeOptions {
  request: Dispatcher.DispatchOptions;
  /** Ends the exchange, whether it waits for a connection, for headers or for the rest of the body. */
  signal: AbortSignal;
  maxBodyBytes: number;
  /** Called right before the first byte of the request is written: from here on the outcome is the upstream's. */
  onSending: () => void;
}

/** The answer is longer than we are willing to read. */
export class AnswerTooLong extends Error {}

/**
 * One request and its whole answer. Written on the dispatcher's own events, because only they tell a request that
 * never left from one that did: undici gives the same ECONNRESET for both. Redirects come back as they are.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<RawAnswer> {
  const { request, signal, maxBodyBytes, onSending } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let connection: Dispatcher.DispatchController | undefined;

    const settle = (): void => signal.removeEventListener('abort', giveUp);
    function giveUp(): void {
      settle();
      reject(signal.reason as Error);
      connection?.abort(signal.reason as Error);
    }
    signal.addEventListener('abort', giveUp);

    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        if (signal.aborted) return controller.abort(signal.reason as Error);
        connection = controller;
        onSending();
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode;
        headers = responseHeaders;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        if (size > maxBodyBytes) return controller.abort(new AnswerTooLong());
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle();
        resolve({ status, headers, body: Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        settle();
        reject(error);
      },
    });
  });
}
