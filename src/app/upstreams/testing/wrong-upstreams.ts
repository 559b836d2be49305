import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createBench } from '../../../mechanisms/http/testing';
import type { Bench } from '../../../mechanisms/http/testing';
import { startSocketServer } from '../../../mechanisms/socket/testing';
import type { SocketServer } from '../../../mechanisms/socket/testing';
import type { OverseerrSimulator } from '../../../simulators/overseerr';
import { startOverseerrSimulator } from '../../../simulators/overseerr';
import type { PlexSimulator } from '../../../simulators/plex';
import { startPlexSimulator } from '../../../simulators/plex';
import type { House } from '../../wiring';
import type { Simulators } from './running-house';
import { runHouse, SECRET, settingsFor, simulatorsWith } from './running-house';

const ANOTHER = 'the-secret-of-another-house';

/** The address that an operator set: what is found there is for a test to say. */
export interface Gate {
  url: string;
  /** From now on whoever comes is led there; who is in is sent away. Null: nobody is there. */
  leadTo(url: string | null): Promise<void>;
}

async function openGate(): Promise<Gate & { close(): Promise<void> }> {
  let target: number | null = null;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer((guest) => {
    const host = connect(target ?? 0, '127.0.0.1');
    keep(guest).pipe(keep(host)).pipe(guest);
    guest.once('close', () => host.destroy());
    host.once('close', () => guest.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async leadTo(url) {
      await close();
      target = url === null ? null : Number(new URL(url).port);
      if (target !== null) await listen(port);
    },
    close,
  };
}

/** What one may find at an address by mistake. */
async function standUp(bench: Bench) {
  const block = Buffer.alloc(1024 * 1024, ' ');
  const json = { 'content-type': 'application/json' };
  const [flooding, silent]: SocketServer[] = [await startSocketServer(), await startSocketServer()];
  // Bytes go as they are: a text would be written anew for everybody, in the process whose patience is tested.
  const flood = Buffer.alloc(100 * block.length);
  flooding!.io.on('connection', (socket) => socket.emit('info', flood));
  return {
    sockets: [flooding!, silent!],
    page: await bench.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Sign in</title>');
    }),
    nothingThere: await bench.serve((_request, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<title>404 Not Found</title>');
    }),
    flood: await bench.serve((_request, response) => {
      let sent = 0;
      const pour = (): void => {
        while (sent < 100 && !response.destroyed && response.write(block)) sent += 1;
        if (sent >= 100) response.end();
      };
      response.writeHead(200, json).on('drain', pour);
      pour();
    }),
    endless: await bench.serve((_request, response) => {
      response.writeHead(200, json);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    }),
    floodOfSockets: flooding!.url,
    silenceOfSockets: silent!.url,
  };
}

/** Words that no table knows in the place of those of a real answer. */
const rewriting = (bench: Bench, url: string, [known, unknown]: [RegExp, string]) =>
  bench.serve(async (request, response) => {
    const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('x-') || name === 'accept');
    const answer = await fetch(`${url}${request.url}`, { headers: headers as [string, string][] });
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'content-type': type }).end((await answer.text()).replaceAll(known, unknown));
  });

export interface UpstreamBench {
  gates: Record<keyof Simulators, Gate>;
  own: Simulators;
  /** The same services with other secrets. */
  others: Simulators;
  /** The same secrets at another installation. */
  strangers: { plex: PlexSimulator; overseerr: OverseerrSimulator };
  wrong: Omit<Awaited<ReturnType<typeof standUp>>, 'sockets'> & { plexOfLater: string; overseerrOfLater: string };
  house: House;
  ask<Data>(query: string): Promise<Data>;
  close(): Promise<void>;
}

/** A server of all roles whose three upstreams stand behind gates. */
export async function openUpstreamBench(): Promise<UpstreamBench> {
  const bench = createBench();
  const [own, others] = [await simulatorsWith(SECRET), await simulatorsWith(ANOTHER)];
  const strangers = {
    plex: await startPlexSimulator({ token: SECRET, machineId: 'another-machine' }),
    overseerr: await startOverseerrSimulator({ seed: 'household', apiKey: SECRET, vapidPublic: 'of another' }),
  };
  const { sockets, ...wrong } = await standUp(bench);
  const gates = { plex: await openGate(), overseerr: await openGate(), uptimeKuma: await openGate() };
  for (const name of ['plex', 'overseerr', 'uptimeKuma'] as const) await gates[name].leadTo(own[name].url);

  const urls = { plex: gates.plex.url, overseerr: gates.overseerr.url, uptimeKuma: gates.uptimeKuma.url };
  const env = { ...settingsFor(urls), UPSTREAM_USERS: '{"olga": 1, "ben": 2}' };
  const { house, ask, close } = await runHouse(env);

  return {
    ...{ gates, own, others, strangers, house },
    wrong: {
      ...wrong,
      plexOfLater: await rewriting(bench, own.plex.url, [/"type":"(movie|show)"/g, '"type":"hologram"']),
      overseerrOfLater: await rewriting(bench, own.overseerr.url, [/"status":\d/g, '"status":42']),
    },
    async ask<Data>(query: string) {
      const { data, errors } = await ask<Data>(query);
      if (!data || errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    async close() {
      await close();
      await Promise.all(Object.values(gates).map((gate) => gate.close()));
      await Promise.all([own, others, strangers].flatMap((some) => Object.values(some).map((one) => one.close())));
      await Promise.all([bench, ...sockets].map((one) => one.close()));
    },
  };
}
