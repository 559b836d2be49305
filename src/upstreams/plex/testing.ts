import type { RequestListener } from 'node:http';
import { createBench, json } from '../../mechanisms/http/testing';
import type { Bench } from '../../mechanisms/http/testing';
import type { HttpClientOptions } from '../../mechanisms/http';
import { createPlexClient } from './client';
import type { PlexClient } from './plex';

export const TOKEN = 'token-of-the-test-0123';

/** A bench with a Plex client on it; `close()` in the test's afterEach. */
export interface PlexBench extends Bench {
  /** What arrived: path with query, as it was sent. */
  asked: URL[];
  /** A client of a server that answers like `listener`. */
  plex(listener: RequestListener, options?: Partial<HttpClientOptions>): Promise<PlexClient>;
  /** The same for one JSON body, whatever is asked. */
  answering(body: unknown): Promise<PlexClient>;
}

export function createPlexBench(): PlexBench {
  const bench = createBench();
  const asked: URL[] = [];
  async function plex(listener: RequestListener, options?: Partial<HttpClientOptions>): Promise<PlexClient> {
    const address = await bench.serve((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://plex'));
      return listener(request, response);
    });
    return createPlexClient({ http: bench.client(address, { headers: { 'X-Plex-Token': TOKEN }, ...options }) });
  }
  return {
    ...bench,
    asked,
    plex,
    answering: (body) => plex((_request, response) => json(response, 200, body)),
  };
}

export const list = (rows: object[], more: object = {}): object => ({
  MediaContainer: { size: rows.length, ...(rows.length > 0 && { Metadata: rows }), ...more },
});

/** As Plex words it. */
export const NOT_FOUND = '<html><head><title>Not Found</title></head><body><h1>404 Not Found</h1></body></html>';
