import { StartupError } from '../../mechanisms/errors';
import type { Settings } from '../config';

/** Each process tells of itself, at ports that follow each other: as METRICS_PORT of each. */
export function metricsPortsOf({ metricsPort, port }: Pick<Settings, 'metricsPort' | 'port'>, count: number): string[] {
  const places = Array.from({ length: count }, (_none, place) => place);
  if (!metricsPort) return places.map(() => `${metricsPort ?? ''}`);
  const ports = places.map((place) => metricsPort + place);
  const last = ports.at(-1) ?? metricsPort;
  if (last > 65_535) throw new StartupError(`METRICS_PORT: there are no ${count} ports from ${metricsPort} on`);
  if (ports.includes(port)) {
    throw new StartupError(
      `METRICS_PORT: PORT, ${port}, is one of the ports from ${metricsPort} to ${last} that it takes`,
    );
  }
  return ports.map(String);
}
