import { createLog } from './log';
import type { Log } from './log';
import type { Certificate, Node, Store, User } from './node';
import { startNode } from './node';

export { createSelfSigned } from './certificate';

export interface DoubleOptions {
  nodes?: number;
  certificate?: Certificate;
  users?: Record<string, User>;
}

/**
 * A stand-in for EventStoreDB 23.10.6 at its protocol: the client's own message definitions, the recorded behaviour, and none of the adapter's
 * code. `double.test.ts` holds it to the record, row by row.
 */
export interface Double {
  /** `127.0.0.1:port` of each node. */
  hosts(): string[];
  /** For the client; with the user's `name:password@` when there are users. */
  url(credentials?: string): string;
  readonly log: Log;
  /** Appends that came to it, whatever became of them. */
  appends(): number;
  loseAnswers(count: number): void;
  /** As kill -9 of a node. Of several, another one leads. */
  kill(node?: number): Promise<void>;
  /** Starts it again at its port; `startingUpMs` it says that it is not ready. */
  start(options?: { node?: number; startingUpMs?: number }): Promise<void>;
  freeze(node?: number): void;
  thaw(node?: number): void;
  leads(node: number): void;
  close(): Promise<void>;
}

export async function createDouble({ nodes = 1, certificate, users }: DoubleOptions = {}): Promise<Double> {
  const log = createLog();
  let leading = 0;
  const timers = new Set<NodeJS.Timeout>();
  const store: Store = {
    log,
    nodes: [],
    leader: () => store.nodes[leading]!,
    ...(certificate && { certificate }),
    ...(users && { users }),
    answersToLose: 0,
    appends: 0,
  };
  for (let n = 0; n < nodes; n++) store.nodes.push(await startNode(store));
  const node = (n = leading): Node => store.nodes[n]!;
  const hosts = () => store.nodes.map(({ gate }) => `127.0.0.1:${gate.port()}`);

  return {
    hosts,
    url: (credentials) => `esdb://${credentials ? `${credentials}@` : ''}${hosts().join()}?tls=${!!certificate}`,
    log,
    appends: () => store.appends,
    loseAnswers: (count) => void (store.answersToLose = count),
    async kill(n) {
      const dead = node(n);
      dead.alive = false;
      log.forgetIds();
      await dead.gate.slam();
      if (dead === store.leader())
        leading = Math.max(
          0,
          store.nodes.findIndex(({ alive }) => alive),
        );
    },
    async start({ node: n, startingUpMs = 0 } = {}) {
      const back = node(n);
      back.ready = startingUpMs === 0;
      await back.gate.open();
      back.alive = true;
      timers.add(setTimeout(() => (back.ready = true), startingUpMs));
    },
    freeze: (n) => node(n).gate.freeze(),
    thaw: (n) => node(n).gate.thaw(),
    leads: (n) => void (leading = n),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const { gate, alive, stop } of store.nodes) {
        stop();
        if (alive) await gate.slam();
      }
    },
  };
}
