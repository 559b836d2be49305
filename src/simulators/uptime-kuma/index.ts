import { Server } from 'socket.io';
import { createAccounts } from './accounts';
import { createBeatBook } from './beats';
import type { Fault, ReceivedCall } from '../host';
import { createFaults, listen, openRequestLog } from '../host';
import type { Note } from './conversation';
import { converse, EVERYBODY } from './conversation';
import type { ShownStatus } from './monitoring';
import { createMonitoring } from './monitoring';
import { answerHttp } from './pages';
import type { Condition, Seed } from './seed';
import { householdSeed } from './seed';

export type { ShownStatus } from './monitoring';
export { seedOf } from './seed';
export type { Seed } from './seed';

export interface UptimeKumaSimulatorOptions {
  user: string;
  password: string;
  /** Default: the demo household, all of it up. */
  seed?: Seed;
  /** Default: one that the system chooses. */
  port?: number;
  /** How often every monitor checks. Default: every 5 s; 0: only when it is told to. */
  checkEveryMs?: number;
  /** How long a new connection is not listened to. */
  deafMs?: number;
  clock?: () => Date;
}

export interface UptimeKumaSimulator {
  readonly url: string;
  readonly port: number;
  /** From now on; `delayMs` is for SLOW. Resolves when the fault is in force, or the port open again. */
  setFault(fault: Fault, delayMs?: number): Promise<void>;
  /** What a check of it finds from now on, beginning with one right now. False: there is no such monitor. */
  setMonitor(name: string, status: ShownStatus): boolean;
  /** The same by number, and without a check. */
  setCondition(monitorId: number, condition: Condition): void;
  /** A check of one, or of all that are on. */
  check(monitorId?: number): void;
  /** What it received, newest first. */
  calls(first?: number): ReceivedCall[];
  close(): Promise<void>;
}

const CHECK_EVERY_MS = 5_000;

/** Uptime Kuma 2.5.3, as recorded, on 127.0.0.1. It forgets with its process: all is as the seed says when it starts. */
export async function startUptimeKumaSimulator(options: UptimeKumaSimulatorOptions): Promise<UptimeKumaSimulator> {
  const { user, password, seed = householdSeed(), port = 0, checkEveryMs = CHECK_EVERY_MS, deafMs = 1 } = options;
  const { clock = () => new Date() } = options;
  const listener = await listen(port);
  const io = new Server({ serveClient: false });
  io.attach(listener.server);
  const faults = createFaults();
  const log = openRequestLog();
  const note: Note = (call) => log.append({ at: clock().toISOString(), ...call });
  const tell = (event: string, ...args: unknown[]) => void io.to(EVERYBODY).emit(event, ...args);
  const monitoring = createMonitoring({ seed, book: createBeatBook(clock), tell });
  converse({ io, seed, accounts: createAccounts({ user, password, clock }), monitoring, faults, note, deafMs });
  answerHttp({ server: listener.server, faults, note, monitoring });
  monitoring.checkAll();
  const timer = checkEveryMs > 0 ? setInterval(() => monitoring.checkAll(), checkEveryMs) : undefined;
  timer?.unref();

  function goDown(): Promise<void> {
    faults.interrupt();
    return listener.close();
  }
  return {
    url: listener.url,
    port: listener.port,
    async setFault(fault, delayMs = 0) {
      faults.set(fault, delayMs);
      if (fault === 'DOWN') return goDown();
      if (fault === 'ERROR_500') listener.cut();
      await listener.open();
    },
    setMonitor: (name, status) => monitoring.show(name, status),
    setCondition: (monitorId, condition) => monitoring.setCondition(monitorId, condition),
    check: (monitorId) => (monitorId === undefined ? monitoring.checkAll() : monitoring.check(monitorId)),
    calls: (first = 50) => log.newest(first),
    async close() {
      clearInterval(timer);
      await goDown();
      await io.close();
    },
  };
}
