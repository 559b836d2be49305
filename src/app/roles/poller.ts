import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from '../../mechanisms/leases';
import type { House } from '../wiring';
import { every } from './every';

/** Before we say that we are ready we know what is available, unless the service is slow to say. */
const FIRST_LOOK_MS = 2_000;
const AVAILABILITY_PERIOD_MS = 5 * 60_000;

/** Work that one process of all does: who holds the lease. */
function asLeader(leases: Leases, name: string, work: () => Promise<void>): () => Promise<void> {
  let lease: Awaited<ReturnType<Leases['acquire']>> = null;
  return async () => {
    if (!lease?.held()) lease = await leases.acquire(name);
    if (lease) await work();
  };
}

/** Looks outside: how connections are, what became of requests, what is available. Leads by a lease. */
export async function startPoller({
  settings,
  leases,
  connections: { checks },
  neighbours,
  requests,
  library,
  log,
}: House): Promise<() => Promise<void>> {
  const { probeMs, pollFastMs, leaseMs } = settings.times;
  const room = log.child({ room: 'poller' });
  const connected = !neighbours.overseerr.connection.absent;
  let swept = -AVAILABILITY_PERIOD_MS;
  const sweep = async () => {
    if (!connected || performance.now() - swept < AVAILABILITY_PERIOD_MS) return;
    await library.syncAvailability();
    swept = performance.now();
  };
  const firstLook = Promise.all([...checks.values()].map((check) => check()))
    .then(sweep)
    .catch((error: unknown) => room.warn({ err: error }, 'the first look outside failed; the rounds will try again'));
  await Promise.race([firstLook, pause(FIRST_LOOK_MS, undefined, { ref: false })]);
  const rounds = [
    // Each for itself: a service that hangs must not delay the look at the others.
    ...[...checks].map(([id, check]) => every(probeMs, asLeader(leases, `poller:connection:${id}`, check), room)),
    every(
      pollFastMs,
      asLeader(leases, 'poller:requests', () => requests.poller.lookAtLinked()),
      room,
    ),
    every(pollFastMs, asLeader(leases, 'poller:availability', sweep), room),
    every(
      leaseMs,
      asLeader(leases, 'poller:janitor', () => requests.poller.wakeDue()),
      room,
    ),
  ];
  return async () => {
    await Promise.all(rounds.map((round) => round.stop()));
  };
}
