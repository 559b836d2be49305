import type { FastifyReply, FastifyRequest } from 'fastify';

/** The page that `GET /graphql` shows a browser, and the folder of what it loads from /playground/. */
export interface Playground {
  html: string;
  assetsDir: string;
}

/** A person with a browser, not a program that asks by GET. */
export function wantsPage({ method, headers, query }: FastifyRequest): boolean {
  return method === 'GET' && !!headers.accept?.includes('text/html') && !('query' in (query as object));
}

const POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/** Nothing from elsewhere, no frame around us, no referrer to anybody. On every answer, for it costs nothing there. */
const SECURITY_HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The editor of the page (Monaco) writes its theme as inline style, and draws with data: pictures. */
const PAGE_POLICY = `${POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:`;

export function addSecurityHeaders(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.headers(SECURITY_HEADERS);
  done();
}

export function sendPage(reply: FastifyReply, { html }: Playground): FastifyReply {
  return reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(html);
}
