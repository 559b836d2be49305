import { randomBytes } from 'node:crypto';
import type { UptimeKumaSimulator } from '../../simulators/uptime-kuma';
import { startUptimeKumaSimulator } from '../../simulators/uptime-kuma';
import type { UptimeKumaClient } from '../../upstreams/uptime-kuma';
import { createUptimeKumaClient } from '../../upstreams/uptime-kuma';
import type { Settings } from '../config';
import type { Upstream, UpstreamParts, Simulated } from './upstream';
import { absentClient } from './upstream';

export interface UptimeKumaUpstream extends Upstream<UptimeKumaClient> {
  simulated?: SimulatedUptimeKuma;
}

export interface SimulatedUptimeKuma extends Simulated {
  address: Account;
  switches: {
    setFault(...args: Parameters<UptimeKumaSimulator['setFault']>): Promise<void>;
    calls(first: number): Promise<ReturnType<UptimeKumaSimulator['calls']>>;
    setMonitor(...args: Parameters<UptimeKumaSimulator['setMonitor']>): Promise<boolean>;
  };
}

const IDENTITY = { id: 'uptime-kuma', kind: 'UPTIME_KUMA' } as const;
const ABSENT =
  'No status monitor is connected: set UPTIME_KUMA_URL, UPTIME_KUMA_USER and UPTIME_KUMA_PASSWORD and start again.';
/** Reconnecting costs no login, but a server that starts wants to be left alone for a moment. */
const BACK_OFF_MS = 5_000;

export async function connectUptimeKuma(parts: UpstreamParts): Promise<UptimeKumaUpstream> {
  const { uptimeKuma: real, demo } = parts.settings;
  if (real) return { connection: { ...IDENTITY, simulated: false }, client: connect(parts, real) };
  if (demo) {
    const simulated = await (parts.remoteSimulators?.of<SimulatedUptimeKuma>(IDENTITY.id) ?? simulate(parts));
    return { connection: { ...IDENTITY, simulated: true }, client: connect(parts, simulated.address), simulated };
  }
  return { connection: { ...IDENTITY, simulated: false, absent: ABSENT }, client: absentClient(ABSENT) };
}

type Account = NonNullable<Settings['uptimeKuma']>;

function connect({ settings, releases, observer, log }: UpstreamParts, account: Account): UptimeKumaClient {
  const { callMs: timeoutMs, probeMs } = settings.times;
  const client = createUptimeKumaClient({
    ...account,
    timeoutMs,
    backOffMs: Math.min(probeMs, BACK_OFF_MS),
    ...(observer && { observer }),
    log,
  });
  releases.add('uptime kuma client', () => client.stop());
  return client;
}

async function simulate({ releases }: UpstreamParts): Promise<SimulatedUptimeKuma> {
  const account = { user: 'olga', password: randomBytes(24).toString('base64url') };
  const simulator = await startUptimeKumaSimulator(account);
  releases.add('uptime kuma simulator', () => simulator.close());
  return {
    address: { url: simulator.url, ...account },
    switches: {
      setFault: simulator.setFault,
      calls: async (first) => simulator.calls(first),
      setMonitor: async (name, status) => simulator.setMonitor(name, status),
    },
  };
}
