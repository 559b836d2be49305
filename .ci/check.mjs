#!/usr/bin/env node
/**
 * `npm run check`: everything that can be judged without running the tests. All steps run, also after a failure.
 * `npm run fix` (--fix) writes anew what is derived: SDL, catalogue snapshot, typed client, checksums, formatting.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

process.chdir(join(import.meta.dirname, '..'));
const fix = process.argv.includes('--fix');
const shownLines = 60;
/** What did not change is not linted again, but in CI: a rule may look at the types of other files. */
const lintCache = process.env.CI
  ? []
  : ['--cache', '--cache-strategy', 'content', '--cache-location', 'node_modules/.cache/eslint/'];

const law = ['src', 'e2e', 'bench', 'sdk', 'examples'].filter((folder) => existsSync(folder));
const steps = {
  build: () => run('node', 'build.mjs'),
  schema: () => printed('schema/schema.graphql', 'schema'),
  'schema of the demo': () => printed('schema/demo.graphql', 'schema', '--demo'),
  'promises of the schema': () => promisesAreKept('schema/schema.graphql', 'schema/breaking-changes.md'),
  catalogue: () => printed('migrations/snapshot/schema.snapshot.sql', 'catalogue'),
  migrations: () => migrationsAreFrozen('migrations/snapshot/checksums.txt'),
  'samples of events': () => samplesAreFrozen('.ci/event-samples.txt'),
  client: () => tool('graphql-codegen', '--errors-only', ...(fix ? [] : ['--check'])),
  types: () => tool('tsc'),
  'types of the page': () => tool('tsc', '-p', 'src/playground'),
  lint: () => tool('eslint', '.', '--max-warnings', '0', ...lintCache, ...(fix ? ['--fix'] : [])),
  'import law': () => tool('depcruise', ...law, '--config', '.dependency-cruiser.cjs'),
  format: () => tool('prettier', '.', '--log-level', 'warn', '--cache', fix ? '--write' : '--check'),
};

for (const [name, step] of Object.entries(steps)) {
  const complaint = await step();
  console.log(`${complaint === null ? 'ok    ' : 'FAILED'}  ${name}`);
  if (complaint === null) continue;
  process.exitCode = 1;
  const lines = complaint.trim().split('\n');
  console.log(
    [...lines.slice(0, shownLines), ...(lines.length > shownLines ? ['…'] : [])].join('\n').replace(/^/gm, '    '),
  );
}

/** A step answers null, or what is wrong. */
function run(command, ...args) {
  const { error, status, signal, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? null : `${stdout ?? ''}${stderr ?? ''}${error?.message ?? signal ?? ''}` || `exit ${status}`;
}

function tool(name, ...args) {
  return run(join('node_modules', '.bin', name), ...args);
}

/** A checked-in file that the built program can print itself. */
function printed(file, ...command) {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const { status, stdout, stderr } = spawnSync('node', ['dist/main.js', ...command], options);
  if (status !== 0 || stdout === '') return stderr || `"${command.join(' ')}" printed nothing (exit ${status})`;
  if (existsSync(file) && readFileSync(file, 'utf8') === stdout) return null;
  if (fix) return writeFileSync(file, stdout) ?? null;
  const { stdout: diff } = spawnSync('diff', ['-u', existsSync(file) ? file : '/dev/null', '-'], {
    input: stdout,
    encoding: 'utf8',
  });
  return `${file} is not current (npm run fix):\n${diff}`;
}

/** Somebody's database has run these files: from the day they are recorded they stay as they are. */
function migrationsAreFrozen(record) {
  const names = readdirSync('migrations').filter((name) => name.endsWith('.sql'));
  const present = names.sort().map((name) => [name, sumOf(readFileSync(join('migrations', name)))]);
  return areFrozen(record, present, 'an applied migration stays as it is, the change is a new file');
}

/** Somebody's history holds events of these forms: from the day a sample is recorded it stays as it is. Formatting does not count. */
function samplesAreFrozen(record) {
  const files = readdirSync('src', { recursive: true }).filter((name) => name.endsWith('.golden.json'));
  const present = files.sort().flatMap((file) => {
    const counts = new Map();
    return JSON.parse(readFileSync(join('src', file), 'utf8')).map(({ type, schemaVersion, data }) => {
      const form = `${file}:${type}@${schemaVersion}`;
      counts.set(form, (counts.get(form) ?? 0) + 1);
      return [`${form}#${counts.get(form)}`, sumOf(JSON.stringify(data))];
    });
  });
  return areFrozen(record, present, 'a stored event stays as it is, another form is a new version');
}

function sumOf(content) {
  return createHash('sha256').update(content).digest('hex');
}

/** What is recorded must be present unchanged; what is not recorded yet is recorded by --fix alone. `present`: names and their sums. */
function areFrozen(record, present, rule) {
  const sums = new Map(present);
  const lines = existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : [];
  const recorded = new Map(lines.map((line) => line.split(/\s+/).reverse()));
  const complaints = [...recorded].flatMap(([name, known]) => {
    if (!sums.has(name)) return [`${name} is gone: ${rule}.`];
    return sums.get(name) === known ? [] : [`${name} has changed: ${rule}.`];
  });
  if (fix && complaints.length === 0) {
    writeFileSync(record, present.map(([name, sum]) => `${sum}  ${name}\n`).join(''));
  } else {
    const unknown = present.filter(([name]) => !recorded.has(name));
    complaints.push(...unknown.map(([name]) => `${name} is not recorded in ${record} (npm run fix).`));
  }
  return complaints.length === 0 ? null : complaints.join('\n');
}

/** Clients rely on the published schema: what breaks one of them is named in a note, as `Type.field`, with what to do. */
async function promisesAreKept(file, notes) {
  const before = publishedBefore(file);
  if (before === null) return null;
  const changes = await diff(buildSchema(before), buildSchema(readFileSync(file, 'utf8')));
  const noted = existsSync(notes) ? readFileSync(notes, 'utf8') : '';
  const unnoted = changes.filter(
    ({ criticality, path }) => criticality.level === CriticalityLevel.Breaking && !noted.includes(`\`${path}\``),
  );
  if (unnoted.length === 0) return null;
  const list = unnoted.map(({ path, message }) => `${path}: ${message}`).join('\n');
  return `${list}\nKeep it, deprecate it, or name it (as \`Type.field\`) in ${notes} and say what clients do now.`;
}

/** The file as it was before what is to be judged: this branch, or the newest change of the file. Null where no history tells. */
function publishedBefore(file) {
  const git = (...args) => {
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
    // The checkout may belong to another user than the one who checks.
    const { status, stdout } = spawnSync('git', ['-c', 'safe.directory=*', ...args], options);
    return status === 0 ? stdout : null;
  };
  const branched = git('merge-base', 'HEAD', 'origin/main')?.trim();
  if (branched && branched !== git('rev-parse', 'HEAD')?.trim()) return git('show', `${branched}:${file}`);
  if (git('show', `HEAD:${file}`) !== readFileSync(file, 'utf8')) return git('show', `HEAD:${file}`);
  const changed = git('log', '-1', '--format=%H', '--', file)?.trim();
  return changed ? git('show', `${changed}~1:${file}`) : null;
}
