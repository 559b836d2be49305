import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What a network sees of a process: it is there, it is frozen, or it is not. */
export interface Gate {
  port(): number;
  open(): Promise<void>;
  /** As kill -9: connections break, new ones are refused. */
  slam(): Promise<void>;
  /** As SIGSTOP: connections stand, new ones are taken, nothing is said. */
  freeze(): void;
  thaw(): void;
}

/** Passes bytes through to a server behind it. Keeps its port over a restart. */
export function createGate(target: () => number): Gate {
  const sockets = new Set<Socket>();
  const held: Socket[] = [];
  let port = 0;
  let frozen = false;

  function track(socket: Socket): Socket {
    sockets.add(socket);
    return socket
      .setNoDelay() // else every small frame waits 40 ms for an acknowledgement
      .on('error', () => socket.destroy())
      .on('close', () => sockets.delete(socket));
  }
  function join(outer: Socket): void {
    const inner = track(connect(target(), '127.0.0.1'));
    outer.pipe(inner);
    inner.pipe(outer);
    outer.on('close', () => inner.destroy());
    inner.on('close', () => outer.destroy());
  }
  const server = createServer((outer) => {
    track(outer);
    if (frozen) held.push(outer.pause());
    else join(outer);
  });

  return {
    port: () => port,
    async open() {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async slam() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
      for (const outer of held.splice(0)) join(outer);
    },
  };
}
