import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Faults } from '../host';
import type { Note } from './conversation';
import { SURPRISE } from './faults';
import type { Monitoring } from './monitoring';
import type { Status } from './seed';
import { Status as Statuses } from './seed';

interface Parts {
  /** Where Socket.IO has taken its place already: what is its own is passed on to it. */
  server: Server;
  faults: Faults;
  note: Note;
  monitoring: Monitoring;
}
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

interface Page {
  status: number;
  type: 'application/json' | 'text/html';
  body: string;
}
const json = (status: number, body: object): Page => ({ status, type: 'application/json', body: JSON.stringify(body) });

/** What is asked over HTTP: reports of push monitors, and the page, which is also what unknown paths answer. */
export function answerHttp({ server, faults, note, monitoring }: Parts): void {
  function push(token: string, query: URLSearchParams): Page {
    const status: Status = (query.get('status') ?? 'up') === 'up' ? Statuses.UP : Statuses.DOWN;
    const ping = Number(query.get('ping')) || null;
    const isTaken = monitoring.push(token, { status, msg: query.get('msg') ?? 'OK', ping });
    return isTaken ? json(200, { ok: true }) : json(404, { ok: false, msg: 'Monitor not found or not active.' });
  }
  function page(target: string): Page {
    const { pathname, searchParams } = new URL(target, 'http://localhost');
    const token = /^\/api\/push\/([^/]+)$/.exec(pathname)?.[1];
    if (token !== undefined) return push(token, searchParams);
    if (pathname === '/api/entry-page') return json(200, { type: 'entryPage', entryPage: 'dashboard' });
    return { status: 200, type: 'text/html', body: '<!DOCTYPE html><html><title>Uptime Kuma</title></html>' };
  }
  function instead(): Page | undefined {
    if (faults.current() === 'ERROR_500') return { status: 500, type: 'text/html', body: 'Internal Server Error' };
    return faults.current() === 'WRONG_SHAPE' ? json(200, SURPRISE) : undefined;
  }

  const passRequest = taken<RequestListener>(server, 'request');
  server.on('request', async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    if (url.startsWith('/socket.io/')) return passRequest(request, response);
    if (!(await faults.delay())) return;
    const { status, type, body } = instead() ?? page(url);
    note({ method, path: url, status });
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'x-frame-options': 'SAMEORIGIN' }).end(body);
  });
  const passUpgrade = taken<Upgrade>(server, 'upgrade');
  server.on('upgrade', (request, socket, head) => {
    const failing = faults.current() === 'ERROR_500';
    note({ method: 'GET', path: request.url ?? '/', status: failing ? 500 : 101 });
    if (failing) socket.end('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    else passUpgrade(request, socket, head);
  });
}

/** Those who listened to it hear only what is passed on to them. */
function taken<Listener extends (...args: never[]) => unknown>(server: Server, event: 'request' | 'upgrade') {
  const listeners = server.listeners(event) as Listener[];
  server.removeAllListeners(event);
  return (...args: Parameters<Listener>): void => listeners.forEach((listener) => void listener(...args));
}
