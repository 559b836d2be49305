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

/** Nothing from elsewhere, no frame around us, no referrer to anybody. On every answer, for it costs nothing there. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export async function addSecurityHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(SECURITY_HEADERS);
}
