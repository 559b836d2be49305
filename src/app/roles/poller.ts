import type { Leases } from '../../mechanisms/leases';
import type { House } from '../wiring';
import { every } from './every';

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
  check,
  requestPoller,
  library,
  log,
}: House): Promise<() => Promise<void>> {
  const { probeMs, pollFastMs, leaseMs } = settings.times;
  const room = log.child({ room: 'poller' });
  let swept = 0;
  const sweep = async () => {
    if (Date.now() - swept < AVAILABILITY_PERIOD_MS) return;
    await library.syncAvailability();
    swept = Date.now();
  };
  await check().catch((error: unknown) => room.warn({ err: error }, 'the first look at the connection failed'));
  const rounds = [
    every(probeMs, asLeader(leases, 'poller:connections', check), room),
    every(
      pollFastMs,
      asLeader(leases, 'poller:requests', () => requestPoller.lookAtLinked()),
      room,
    ),
    every(pollFastMs, asLeader(leases, 'poller:availability', sweep), room),
    every(
      leaseMs,
      asLeader(leases, 'poller:janitor', () => requestPoller.wakeDue()),
      room,
    ),
  ];
  return async () => {
    await Promise.all(rounds.map((round) => round.stop()));
  };
}
