import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { bodyOf } from '../../mechanisms/http/testing';

export const RECORDINGS = join(__dirname, 'recordings');

export interface Recording {
  request: { method: string; path: string; body: unknown };
  response: { status: number; headers: Record<string, string>; body: unknown };
}

/** `seerr-071-movie` and the like: one call to a real server and its answer. */
export const recording = (name: string): Recording =>
  JSON.parse(readFileSync(join(RECORDINGS, `${name}.json`), 'utf8')) as Recording;

export interface Arrived {
  method?: string;
  url?: string;
  key?: string | string[];
  body: unknown;
}

const call = (method = '', path = ''): string => `${method} ${path.replace(/\?.*/, '')}`;

/** Answers each recorded call as it was answered then, and anything else with 501. What arrives is noted. */
export function replay(names: string[], arrived: Arrived[] = []): RequestListener {
  const answers = new Map(
    names.map(recording).map(({ request, response }) => [call(request.method, request.path), response]),
  );
  return async (request, response) => {
    const { method, url, headers } = request;
    arrived.push({ method, url, key: headers['x-api-key'], body: await bodyOf(request) });
    const answer = answers.get(call(method, url));
    if (!answer) return response.writeHead(501).end();
    const contentType = answer.headers['content-type'] ?? '';
    response.writeHead(answer.status, { 'content-type': contentType }).end(JSON.stringify(answer.body));
  };
}
