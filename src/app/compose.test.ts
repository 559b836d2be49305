import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readSettings, ROLES } from './config';

interface Service {
  environment?: Record<string, string>;
  user?: string;
  read_only?: boolean;
  healthcheck?: { test?: string[] };
  image?: string;
  volumes?: string[];
  configs?: { source: string }[];
  depends_on?: Record<string, unknown>;
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
  configs: Record<string, unknown>;
}

const root = path.resolve(__dirname, '../..');
const file = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const { services, volumes, configs } = parse(file, { merge: true }) as Compose;
const ours = Object.entries(services).filter(([, { image }]) => image === 'medianest');
const needed = {
  POSTGRES_PASSWORD: 'x',
  OVERSEERR_URL: 'http://o:5055',
  OVERSEERR_API_KEY: 'k',
  UPSTREAM_USERS: '{"olga":1}',
};
const all = {
  ...needed,
  PLEX_URL: 'http://p:32400',
  PLEX_TOKEN: 't',
  UPTIME_KUMA_URL: 'http://u:3001',
  UPTIME_KUMA_USER: 'u',
  UPTIME_KUMA_PASSWORD: 'p',
  MEDIANEST_KEY: 'k'.repeat(64),
};
type Given = Record<string, string>;

/** What Compose puts in the place of ${NAME:?what to say when it is missing} and ${NAME:-}; the text may hold braces of its own. */
const filledIn = (value: string, given: Given) =>
  value.replace(/\$\{(\w+):(?:-|\?(?:[^{}]|\{[^{}]*\})*)\}/g, (_, name: string) => given[name] ?? '');
const settingsOf = ({ environment = {} }: Service, given: Given) =>
  readSettings(Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filledIn(value, given)])));

it('plays each role once, with settings that the program takes', () => {
  const roles = ours.map(([name, service]) => {
    const settings = settingsOf(service, needed);
    expect(settings.demo).toBe(false);
    expect(service.healthcheck?.test?.join(' ')).toContain(`http://127.0.0.1:${settings.metricsPort}/health/ready`);
    return [name, settings.roles];
  });
  expect(roles).toEqual(ROLES.map((role) => [role, [role]]));
});

it('reads at the replica that it has', () => {
  const hosts = settingsOf(services['api']!, needed).replicaUrls.map((url) => new URL(url).hostname);
  expect(hosts).toEqual(Object.keys(services).filter((name) => name.endsWith('replica')));
  expect(hosts).toHaveLength(1);
});

it('passes on each service around it, and the key', () => {
  for (const [, service] of ours) {
    expect(settingsOf(service, all)).toMatchObject({
      plex: { url: all.PLEX_URL, token: all.PLEX_TOKEN },
      uptimeKuma: { url: all.UPTIME_KUMA_URL, user: all.UPTIME_KUMA_USER, password: all.UPTIME_KUMA_PASSWORD },
      key: all.MEDIANEST_KEY,
    });
  }
});

it.each(Object.entries(services))('%s is watched, nobody’s root, and writes to its volumes only', (_name, service) => {
  expect(service.healthcheck?.test?.[0]).toMatch(/^CMD/);
  expect(service.user).toMatch(/^(?!root|0)\w+$/);
  expect(service.read_only).toBe(true);
});

it('names nothing that it does not have', () => {
  for (const service of Object.values(services)) {
    for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    for (const { source } of service.configs ?? []) expect(Object.keys(configs)).toContain(source);
    for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(other);
  }
});

it('holds no secret: each is asked for by name', () => {
  const secrets = [...file.matchAll(/^ *\w*(?:PASSWORD|API_KEY|TOKEN): *(.*)$/gm)].map(([, value]) => value);
  expect(secrets.length).toBeGreaterThan(0);
  for (const value of secrets) expect(value).toMatch(/^\$\{\w+:(\?|-\}$)/);
});

it('the image is built of files that it is given', () => {
  const given = readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  const copied = [...readFileSync(path.join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
  const names = new Set(copied.flatMap(([, sources = '']) => sources.split(' ')));
  expect([...names].sort()).toEqual(given.map((line) => line.slice(1)).sort());
});
