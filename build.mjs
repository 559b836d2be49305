#!/usr/bin/env node
/**
 * Builds dist/ when it is stale: swc for the server, esbuild for the page. When dist/ is fresh it loads no compiler and says nothing;
 * when it builds it says one line, on stderr, for stdout belongs to the command that follows.
 */
import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';

process.chdir(import.meta.dirname);
const isPage = (file) => file.startsWith(join('src', 'playground') + sep);
const isForTests = (file) => /(\.test|\.contract)\.tsx?$|[/\\]testing[^/\\]*\.ts$|[/\\]testing[/\\]/.test(file);

const sources = filesIn('src').filter((file) => !isForTests(file));
const stories = filesIn(join('src', 'playground', 'stories'));
/** The page uses the client that everybody uses. */
const client = filesIn('sdk').filter((file) => !isForTests(file));
const stamp = { server: fingerprint(sources.filter((file) => !isPage(file))) };
stamp.page = fingerprint([...sources.filter(isPage), ...client]);

const built = readStamp();
if (!sameStamp(built)) {
  const started = Date.now();
  const next = `dist.${randomUUID().slice(0, 8)}`;
  const discard = () => rmSync(next, { recursive: true, force: true });
  const interrupted = () => {
    discard();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await build(next);
    replaceDist(next);
    console.error(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`dist/ was not built: ${error.message}`);
    process.exitCode = 1;
  } finally {
    discard();
  }
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Names, sizes and times of the inputs, and what the tools are: equal means nothing has to be built. */
function fingerprint(files) {
  const hash = createHash('sha256').update(readFileSync('package-lock.json'));
  for (const file of [...files, 'build.mjs', 'jest.config.cjs']) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync('dist/.stamp', 'utf8'));
  } catch {
    return {};
  }
}

function sameStamp({ server, page }) {
  return server === stamp.server && page === stamp.page;
}

async function build(next) {
  mkdirSync(next);
  const page = join(next, 'playground');
  await Promise.all([buildServer(next), takeOverPage(page) || buildPage(page)]);
  writeFileSync(join(next, '.stamp'), JSON.stringify(stamp));
}

/** The page of the last build when it is still good, and nobody replaces that build meanwhile. */
function takeOverPage(page) {
  if (built.page !== stamp.page) return false;
  try {
    cpSync('dist/playground', page, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** The finished build takes the place of the last one. Of several builds at once any may win, each is whole. */
function replaceDist(next) {
  for (;;) {
    // The same build is already there: a process that is just starting from it must keep its files.
    if (sameStamp(readStamp())) return;
    const last = `${next}.last`;
    try {
      if (existsSync('dist')) renameSync('dist', last);
      renameSync(next, 'dist');
      return;
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code) || !existsSync(next)) throw error;
    } finally {
      rmSync(last, { recursive: true, force: true });
    }
  }
}

/** Every file by itself, to the same path, with the compiler's settings that the tests run with. */
async function buildServer(out) {
  const { transformFile } = await import('@swc/core');
  const [[, options]] = Object.values(createRequire(import.meta.url)('./jest.config.cjs').transform);
  const target = (file) => join(out, relative('src', file));
  const compile = async (file) => {
    const script = target(file).replace(/\.ts$/, '.js');
    const sourceFileName = relative(dirname(script.replace(out, 'dist')), file);
    const { code, map } = await transformFile(file, { ...options, swcrc: false, sourceMaps: true, sourceFileName });
    mkdirSync(dirname(script), { recursive: true });
    writeFileSync(script, `${code}//# sourceMappingURL=${basename(script)}.map\n`);
    writeFileSync(`${script}.map`, map);
    for (const [, json] of code.matchAll(/require\("(\.[^"]+\.json)"\)/g)) copy(join(dirname(file), json));
  };
  const copy = (file) => {
    mkdirSync(dirname(target(file)), { recursive: true });
    copyFileSync(file, target(file));
  };
  const compiled = sources.filter((file) => !isPage(file) && file.endsWith('.ts') && !file.endsWith('.d.ts'));
  await Promise.all(compiled.map(compile));
  if (existsSync(join(out, 'main.js'))) chmodSync(join(out, 'main.js'), 0o755);
}

/** The page with all that it needs: it loads nothing from elsewhere. Names carry hashes, so that a browser may keep the files for ever. */
async function buildPage(out) {
  const { build: esbuild } = await import('esbuild');
  const bundle = async (options) => {
    const names = { entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]' };
    // Written by this process: esbuild's own goes on for a moment after an interrupt.
    const output = { bundle: true, minify: true, target: 'es2022', outdir: out, metafile: true, write: false };
    const { metafile, outputFiles } = await esbuild({ ...names, ...output, logLevel: 'silent', ...options });
    mkdirSync(out, { recursive: true });
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    return metafile.outputs;
  };
  const built = (outputs, source) => Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source));

  const workers = {
    editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
    json: 'monaco-editor/esm/vs/language/json/json.worker.js',
    graphql: 'monaco-graphql/esm/graphql.worker.js',
  };
  const scripts = await bundle({ entryPoints: Object.values(workers), format: 'iife' });
  const workerFile = ([label, source]) => [label, `./${basename(built(scripts, source)[0])}`];
  const story = (file) => [basename(file, '.graphql'), readFileSync(file, 'utf8')];
  const icon = 'src/playground/icon.svg';
  const { mount } = JSON.parse(readFileSync('src/playground/manifest.json', 'utf8'));
  const files = await bundle({
    entryPoints: ['src/playground/main.ts'],
    format: 'esm',
    splitting: true,
    publicPath: mount,
    loader: { '.svg': 'file', '.ttf': 'file' },
    define: {
      'process.env.NODE_ENV': '"production"',
      WORKERS: JSON.stringify(Object.fromEntries(Object.entries(workers).map(workerFile))),
      STORIES: JSON.stringify(Object.fromEntries(stories.map(story))),
    },
  });
  const [main, { cssBundle }] = built(files, 'src/playground/main.ts');
  // The style of main.ts holds that of every chunk; nothing links to the chunks' own.
  for (const file of Object.keys(files)) if (file.endsWith('.css') && file !== cssBundle) rmSync(file);

  const [iconFile] = Object.entries(files).find(([, { inputs }]) => icon in inputs && Object.keys(inputs).length === 1);
  const places = { script: main, style: cssBundle, icon: iconFile };
  const html = readFileSync('src/playground/index.html', 'utf8');
  writeFileSync(
    join(out, 'index.html'),
    html.replace(/\{(\w+)\}/g, (_, name) => mount + basename(places[name])),
  );
  copyFileSync('src/playground/manifest.json', join(out, 'manifest.json'));
}
