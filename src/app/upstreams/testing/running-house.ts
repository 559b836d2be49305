import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase } from '../../../mechanisms/postgres/testing';
import type { OverseerrSimulator } from '../../../simulators/overseerr';
import { startOverseerrSimulator } from '../../../simulators/overseerr';
import type { PlexSimulator } from '../../../simulators/plex';
import { startPlexSimulator } from '../../../simulators/plex';
import type { UptimeKumaSimulator } from '../../../simulators/uptime-kuma';
import { startUptimeKumaSimulator } from '../../../simulators/uptime-kuma';
import { readSettings, run } from '../../run';
import type { House } from '../../wiring';

export const SECRET = 'the-secret-of-the-house';

export interface Simulators {
  plex: PlexSimulator;
  overseerr: OverseerrSimulator;
  uptimeKuma: UptimeKumaSimulator;
}

/** On ports of their own, as the services that somebody has. */
export const simulatorsWith = async (secret: string): Promise<Simulators> => ({
  plex: await startPlexSimulator({ token: secret }),
  overseerr: await startOverseerrSimulator({ seed: 'household', apiKey: secret }),
  uptimeKuma: await startUptimeKumaSimulator({ user: 'olga', password: secret, checkEveryMs: 0 }),
});

/** The settings of the services at these addresses; who has none is left out. */
export function settingsFor(urls: Partial<Record<keyof Simulators, string>>): Record<string, string> {
  const { plex, overseerr, uptimeKuma } = urls;
  return {
    ...(plex && { PLEX_URL: plex, PLEX_TOKEN: SECRET }),
    ...(overseerr && { OVERSEERR_URL: overseerr, OVERSEERR_API_KEY: SECRET }),
    ...(uptimeKuma && { UPTIME_KUMA_URL: uptimeKuma, UPTIME_KUMA_USER: 'olga', UPTIME_KUMA_PASSWORD: SECRET }),
  };
}

export interface Answered<Data> {
  data: Data | null;
  errors?: { message: string; extensions: { code: string } }[];
}

export interface RunningHouse {
  house: House;
  /** As olga, the admin. */
  ask<Data>(query: string): Promise<Answered<Data>>;
  close(): Promise<void>;
}

/** All roles in this process, on a database of its own. */
export async function runHouse(env: Record<string, string>): Promise<RunningHouse> {
  const test = await createTestDatabase();
  const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-upstreams-'));
  const at = { MEDIANEST_HOME: home, DATABASE_URL: test.connection.ownerUrl, PORT: '0', LOG_LEVEL: 'silent' };
  const times = { CALL_TIMEOUT_MS: '2000', PROBE_MS: '100', POLL_FAST_MS: '100' };
  const { house, url, stop } = await run(readSettings({ ...at, ...times, ...env }));
  const { accessToken } = await house.accounts.signInAs('olga');
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
  return {
    house,
    async ask<Data>(query: string) {
      const response = await fetch(url!, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return (await response.json()) as Answered<Data>;
    },
    async close() {
      await stop();
      await test.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
