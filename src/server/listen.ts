import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { listenFailure } from '../mechanisms/errors';

export interface Address {
  host: string;
  port: number;
}

/** Port 0 takes a free one. Throws StartupError, with the name of the setting, when the port is taken. */
export async function listen(fastify: FastifyInstance, { host, port }: Address, setting: string): Promise<Address> {
  await fastify.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, { host, port, setting });
  });
  return { host, port: (fastify.server.address() as AddressInfo).port };
}
