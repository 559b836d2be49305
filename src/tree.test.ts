import type { ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const root = join(__dirname, '..');

/** What may lie at the top: docs/architecture.md has a sentence for each. */
const top = [
  ...['README.md', 'CONTRIBUTING.md', 'LICENSE', 'CHANGELOG.md', 'Dockerfile', 'docker-compose.yml', '.dockerignore'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'codegen.yml', 'jest.config.cjs', 'eslint.config.mjs'],
  ...['.dependency-cruiser.cjs', '.prettierrc.json', '.prettierignore', '.npmrc', '.gitignore', '.gitattributes'],
  ...[
    'build.mjs',
    '.ci',
    '.github',
    'schema',
    'sdk',
    'e2e',
    'examples',
    'migrations',
    'docs',
    'bench',
    'deploy',
    'src',
  ],
];
const rooms = ['app', 'server', 'cli', 'playground', 'features', 'upstreams', 'mechanisms', 'simulators'];

const aggregateFiles = ['events.ts', 'event-codecs.ts', 'decider.ts', 'commands.ts'];
const featureFiles = [
  ...aggregateFiles,
  ...['poller.ts', 'webhook.ts', 'loaders.ts', 'policy.ts', 'types.ts', 'resolvers.ts', 'index.ts', 'testing.ts'],
];
/** `<noun>.ts`, `<question>.read-model.ts`, `<effect>.reactor.ts`; a codec's golden file is its only data. */
const named = /^[a-z0-9-]+(\.read-model|\.reactor)?\.ts$|^event-codecs\.golden\.json$/;
const test = /(\.int)?\.test\.ts$/;

const vague = new RegExp(
  '^(optimi[sz]ed|enhanced|improved|new|old|v\\d+|final|fixed|backup|copy|temp|simple' +
    '|utils?|helpers?|misc|common|lib|core|shared|services)$',
);

/** What lies at the top: as git tracks it, or outside of a repository all that git would not ignore. */
function topNames(): string[] {
  try {
    // The checkout may belong to another user than the one who tests.
    const options: ExecFileSyncOptionsWithStringEncoding = { cwd: root, encoding: 'utf8', stdio: 'pipe' };
    const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], options)
      .split('\0')
      .filter(Boolean);
    if (listed.length > 0) return [...new Set(listed.map((file) => file.split('/')[0] ?? ''))];
  } catch {
    // No git, or no repository.
  }
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
  return readdirSync(root).filter((name) => name !== '.git' && !ignored.includes(`${name}/`));
}

function filesOf(name: string): string[] {
  const path = join(root, name);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [name];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules/'));
}

const files = topNames().flatMap(filesOf);
const inFeatures = files.filter((file) => file.startsWith('src/features/'));
const features = [...new Set(inFeatures.map((file) => file.split('/')[2] ?? ''))];

describe('the tree', () => {
  it('has at its top only what the map of the house names', () => {
    expect(topNames().filter((name) => !top.includes(name))).toEqual([]);
  });

  it('has eight rooms and main.ts', () => {
    const found = new Set(files.filter((file) => file.startsWith('src/')).map((file) => file.split('/')[1] ?? ''));
    expect([...found].filter((name) => ![...rooms, 'main.ts', 'tree.test.ts'].includes(name))).toEqual([]);
  });

  it('has no vague word in a name', () => {
    expect(files.filter((file) => file.split(/[-./]/).some((word) => vague.test(word)))).toEqual([]);
  });

  it('writes names of code in kebab-case', () => {
    const code = files.filter((file) => /^(src|e2e|sdk|bench|examples)\/.*\.(ts|tsx|mjs|cjs)$/.test(file));
    expect(code.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(basename(file)))).toEqual([]);
  });
});

describe('a feature', () => {
  it('has files of the vocabulary only, in itself and in the folder of an aggregate', () => {
    const strange = inFeatures.filter((file) => {
      const [name = '', ...deeper] = file.split('/').slice(3).reverse();
      if (deeper.length > 1) return true;
      const lawful = featureFiles.includes(name) || named.test(name) || test.test(name);
      return !lawful || (deeper.length === 1 && featureFiles.includes(name) && !inAggregate(name));
    });
    expect(strange).toEqual([]);
  });

  it('has a folder only for an aggregate: its facts and its decisions', () => {
    const folders = new Set(
      inFeatures.filter((file) => file.split('/').length > 4).map((file) => file.split('/').slice(0, 4).join('/')),
    );
    const halves = [...folders].flatMap((folder) => [`${folder}/events.ts`, `${folder}/decider.ts`]);
    expect(halves.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('is mounted by its index.ts', () => {
    expect(features.filter((name) => !files.includes(`src/features/${name}/index.ts`))).toEqual([]);
  });

  it('that answers GraphQL shows it in schema/operations', () => {
    const answering = features.filter((name) => files.includes(`src/features/${name}/resolvers.ts`));
    const missing = answering.filter((name) => !files.includes(`schema/operations/${name}.graphql`));
    expect(missing).toEqual([]);
  });
});

function inAggregate(name: string): boolean {
  return [...aggregateFiles, 'testing.ts'].includes(name);
}
