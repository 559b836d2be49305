import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createBudget } from '../../mechanisms/budget';
import { buildApiSchema } from '../../mechanisms/graphql';
import { createHttpServer } from '../../server/http';
import type { Playground } from '../../server/playground';
import type { House } from '../wiring';
import { obstacleOf } from './readiness';

const DRAIN_MS = 8_000;
const PAGE = path.resolve(__dirname, '../../playground');

/** The page as the build left it. */
function playground(): Playground {
  return { html: readFileSync(path.join(PAGE, 'index.html'), 'utf8'), assetsDir: PAGE };
}

/** Answers people and gadgets. Resolves when it listens. */
export async function startApi({
  settings,
  accounts,
  access,
  resolvers,
  projections,
  viewNames,
  foundations,
  images,
  observer,
  log,
}: House) {
  const { cost } = settings;
  const { redis } = foundations;
  const server = await createHttpServer({
    schema: await buildApiSchema({ resolvers }),
    access,
    authenticate: accounts.authenticate,
    cost: {
      perOperation: cost.perOperation,
      budget: createBudget({ capacity: cost.budget, restoreRate: cost.restoreRate, ...(redis && { redis }) }),
    },
    obstacle: obstacleOf({ settings, projections, viewNames }),
    images,
    observer,
    traces: settings.demo,
    log: log.child({ component: 'server' }),
    ...(existsSync(PAGE) ? { playground: playground() } : {}), // absent when run from source
  });
  const address = await server.listen({ host: settings.host, port: settings.port });
  return { address, stop: () => server.close({ drainMs: DRAIN_MS }) };
}
