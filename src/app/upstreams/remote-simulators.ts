import { createHttpClient } from '../../mechanisms/http';
import type { RemoteSimulators, Simulated, UpstreamParts } from './upstream';

const CALL_MS = 10_000;

/** Asks the process that started us: it runs the simulators, and each of ours is a client of them (app/stack/simulators-server.ts). */
export function connectSimulators(
  url: string,
  { releases, log }: Pick<UpstreamParts, 'releases' | 'log'>,
): RemoteSimulators {
  const { origin, username } = new URL(url);
  const http = createHttpClient({
    name: 'simulators',
    baseUrl: origin,
    headers: { authorization: username },
    timeoutMs: CALL_MS,
    maxConcurrent: 4,
    maxBodyBytes: 1024 * 1024,
    log,
  });
  releases.add('simulators', () => http.close());
  const throwSwitch = async (id: string, name: string, args: unknown[]): Promise<unknown> =>
    ((await http.request({ method: 'POST', path: `/${id}/${name}`, body: { args } })).body as { said?: unknown }).said;

  return {
    async of<One extends Simulated>(id: string): Promise<One> {
      const { body } = await http.request({ method: 'GET', path: `/${id}` });
      const { address, switches } = body as { address: One['address']; switches: string[] };
      const remote = switches.map((name) => [name, (...args: unknown[]) => throwSwitch(id, name, args)]);
      return { address, switches: Object.fromEntries(remote) } as One;
    },
  };
}
