import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildApiSchema } from '../../mechanisms/graphql';
import { createHttpServer } from '../../server/http';
import type { House } from '../wiring';

const DRAIN_MS = 8_000;
const PAGE = path.resolve(__dirname, '../../playground');

/** The page, where it was built. */
function playground() {
  const file = path.join(PAGE, 'index.html');
  return existsSync(file) ? { html: readFileSync(file, 'utf8'), assetsDir: PAGE } : undefined;
}

/** Answers people and gadgets. Resolves when it listens. */
export async function startApi({ settings, accounts, access, resolvers, store, log }: House) {
  const page = playground();
  const server = await createHttpServer({
    schema: await buildApiSchema({ resolvers }),
    access,
    authenticate: accounts.authenticate,
    ready: () =>
      store.head().then(
        () => true,
        () => false,
      ),
    log: log.child({ room: 'server' }),
    ...(page ? { playground: page } : {}),
  });
  const address = await server.listen({ host: settings.host, port: settings.port });
  return { address, stop: () => server.close({ drainMs: DRAIN_MS }) };
}
