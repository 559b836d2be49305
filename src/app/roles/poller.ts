import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from '../../mechanisms/leases';
import type { House } from '../wiring';
import { every } from './every';

/** Before we say that we are ready we know what is available, unless the service is slow to say. */
const FIRST_LOOK_MS = 2_000;
const AVAILABILITY_PERIOD_MS = 5 * 60_000;

type Work = () => Promise<void>;

/** Work that one process of all does: who holds the lease. `onLost`: another process leads now. */
const leadingBy =
  (leases: Leases) =>
  (name: string, work: Work, onLost?: () => void): Work => {
    let lease: Awaited<ReturnType<Leases['acquire']>> = null;
    return async () => {
      if (!lease?.held()) lease = await leases.acquire(name, onLost ? { onLost } : {});
      if (lease) await work();
    };
  };

/** Looks outside: how connections are, what became of requests, what is available. Leads by a lease. */
export async function startPoller({
  settings,
  leases,
  connections: { checks },
  upstreams,
  requests,
  library,
  status,
  log: processLog,
}: House): Promise<() => Promise<void>> {
  const { probeMs, pollFastMs, leaseMs } = settings.times;
  const log = processLog.child({ component: 'poller' });
  const connected = !upstreams.overseerr.connection.absent;
  let swept = -AVAILABILITY_PERIOD_MS;
  const sweep = async () => {
    if (!connected || performance.now() - swept < AVAILABILITY_PERIOD_MS) return;
    await library.syncAvailability();
    swept = performance.now();
  };
  const asLeader = leadingBy(leases);
  /** Who looks at the connection of the board also watches it: one process, one login. */
  const { id: boardId } = upstreams.uptimeKuma.connection;
  const watchBoard = async () => {
    await status.poller.round();
    await checks.get(boardId)?.();
  };
  const leave = () => void status.poller.stop();
  const looks = [...checks].map(([id, check]) => {
    const name = `poller:connection:${id}`;
    if (id === boardId) return { look: asLeader(name, watchBoard, leave) };
    return { look: asLeader(name, check), first: check };
  });
  const firstLook = Promise.all(looks.map(({ look, first = look }) => first()))
    .then(sweep)
    .catch((error: unknown) => log.warn({ err: error }, 'the first look outside failed; the rounds will try again'));
  await Promise.race([firstLook, pause(FIRST_LOOK_MS, undefined, { ref: false })]);
  const lookAtLinked = asLeader('poller:requests', () => requests.poller.lookAtLinked());
  const wakeDue = asLeader('poller:janitor', () => requests.poller.wakeDue());
  const rounds = [
    // Each for itself: a service that hangs must not delay the look at the others.
    ...looks.map(({ look }) => every(probeMs, look, log)),
    every(pollFastMs, lookAtLinked, log),
    every(pollFastMs, asLeader('poller:availability', sweep), log),
    every(leaseMs, wakeDue, log),
  ];
  return async () => {
    await Promise.all(rounds.map((round) => round.stop()));
    await status.poller.stop();
  };
}
