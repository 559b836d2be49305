import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { DemoSetMonitorDocument, RequestMediaDocument } from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until } from './watching';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const browser = places.find((place) => existsSync(place));
const isSkipped = !browser && process.env['CI'] !== 'true';
if (isSkipped) console.warn(`The playground is NOT tested: there is no Chromium at ${places.join(', ')}.`);

/** The steps of each story, in the order of the tabs. */
const folder = path.resolve(__dirname, '../src/playground/stories');
const stories = readdirSync(folder)
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((file) => readFileSync(path.join(folder, file), 'utf8'))
  .map((text) => [...text.matchAll(/^(?:query|mutation|subscription) (\w+)/gm)].map(([, step]) => step ?? ''));

/** What their answers must say. */
const says: Record<string, string> = {
  Why1_Search: '"title": "The Matrix"',
  Why2_Ask: '"outcome": "CREATED"',
  Why3_SameKeyForAnotherFilm: '"code": "IDEMPOTENCY_KEY_REUSED"',
  Live2_Ask: '"outcome": "CREATED"',
  Live3_Timeline: '"type": "MediaRequestSubmitted"',
  Live4_AsItWas: '"requestAsOf": null',
  Together1_Ben: '"name": "Ben"',
  Together2_Cleo: '"outcome": "JOINED"',
  Outage2_Ask: '"outcome": "CREATED"',
  Outage3_Watch: '"adopted": "FOUND_AFTER_UNCERTAIN"',
  Outage5_Proof: '"count": 0',
  Library1_Browse: '"stale": false',
  Library2_Count: '"path": "/library/sections"',
  Library3_Break: '"state": "DOWN"',
  Library4_WithoutPlex: '"LIBRARY"',
  Library5_Mend: '"state": "UP"',
  Board1_Look: '"up": 12',
  Board3_Break: '"status": "DOWN"',
  Board4_Mend: '"status": "UP"',
  Board6_Dark: '"unknown": 12',
  Board7_See: '"state": "UP"',
  Dashboard: '"title": "Films"',
};

(isSkipped ? describe.skip : describe)('the playground', () => {
  const house = createHouse({ STALE_AFTER_MS: '2000' });
  const profile = mkdtempSync(path.join(tmpdir(), 'medianest-e2e-browser-'));
  /** Whom the browser asked, and what it complained of. */
  const asked = new Set<string>();
  const complaints: string[] = [];
  let server: Server;
  let usedLink: string;
  let olga: Page;
  let ben: Person;
  let admin: Person;
  let windows: BrowserContext;

  beforeAll(async () => {
    if (!browser) throw new Error(`There is no Chromium at ${places.join(', ')}, and CI tests with it.`);
    server = await house.start();
    ben = server.as(await house.token('ben'));
    admin = server.as(await house.token('olga'));
    windows = await chromium.launchPersistentContext(profile, {
      executablePath: browser,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
        ...['--disable-component-update', '--disable-sync'],
      ],
    });
    windows.setDefaultTimeout(30_000);
    windows.on('request', (request) => asked.add(new URL(request.url()).origin));
    windows.on('console', (message) => {
      if (message.type() === 'error' || /security policy/i.test(message.text())) complaints.push(message.text());
    });
    windows.on('weberror', (error) => {
      const { message } = error.error();
      // All that the editor says of a worker whose page, or server, went while it loaded. One that is forbidden or missing is told on the console, too.
      if (message !== 'Event') complaints.push(message);
    });
    windows.on('page', (page) => page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin)));
    olga = await open(server.link);
    usedLink = server.link;
  });
  afterAll(async () => {
    await windows?.close();
    rmSync(profile, { recursive: true, force: true });
    await house.leave();
  });

  async function open(address: string): Promise<Page> {
    const page = await windows.newPage();
    await page.goto(address);
    return page;
  }

  /** What an editor holds; it shows blanks that do not break. */
  const text = async (page: Page, label: string) =>
    (await page.getByLabel(label).locator('.monaco-editor').first().innerText()).replaceAll('\u00a0', ' ');
  const shown = (page: Page, words: string, label = 'Result Window') =>
    until(`"${words}" in the ${label}`, async () => ((await text(page, label)).includes(words) ? true : undefined));

  const result = (page: Page) => text(page, 'Result Window');

  /** Chooses a story and runs one of its steps, as a person would. */
  async function run(page: Page, step: string): Promise<void> {
    const story = stories.findIndex((steps) => steps.includes(step));
    await page.locator('.graphiql-tab-button').nth(story).click();
    await shown(page, ` ${stories[story]?.[0]}`, 'Operation Editor');
    // The button has a menu where there is a choice, as soon as the editor has counted the steps of this tab.
    const isChoice = (stories[story]?.length ?? 0) > 1;
    await page.locator(`.graphiql-execute-button${isChoice ? '[aria-haspopup]' : ':not([aria-haspopup])'}`).click();
    if (isChoice) await page.getByRole('menuitem', { name: step }).click();
  }
  const stop = (page: Page) => page.getByRole('button', { name: /^Stop query/ }).click();
  let film = 900_000;
  let isUp = true;
  /** Ben asks for films that nobody knows. */
  const asksForFilm = () =>
    ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId: (film += 1) } } });
  const routerBlinks = () =>
    admin.execute(DemoSetMonitorDocument, { name: 'Router', status: (isUp = !isUp) ? 'UP' : 'DOWN' });
  /** Again and again, until the page tells of it: a subscription does not say when it stands. */
  const happens = (something: () => Promise<unknown>, words: string) =>
    until(`${words} in the result`, async () => {
      await something();
      return (await result(olga)).includes(words) ? true : undefined;
    });
  const somethingHappens = (words: string) => happens(asksForFilm, words);
  const asksAs = (page: Page, name: string) => page.getByRole('radio', { name, checked: true }).waitFor();

  it('is opened by the link: signed in as the admin, and the code leaves the address', async () => {
    await asksAs(olga, 'Olga');
    expect(olga.url()).toBe(server.url);
  });

  it('runs at the first press of the button', async () => {
    await olga.getByRole('button', { name: /^Execute query/ }).click();
    await shown(olga, '"name": "Olga"');
  });

  describe('runs every step of every story:', () => {
    it.each(stories.flat())('%s', async (step) => {
      await run(olga, step);
      if (step === 'Live1_Watch') await somethingHappens('"data"');
      if (step === 'Board2_Watch') await happens(routerBlinks, '"name": "Router"');
      await shown(olga, '"data": {');
      expect(await result(olga)).not.toContain('"errors"');
      // The board is given up after a while: until then it is shown as it was.
      if (step === 'Board6_Dark') await happens(() => run(olga, step), says[step] ?? '');
      await shown(olga, says[step] ?? '');
      if (step.endsWith('_Watch')) await stop(olga);
      while (!isUp) await routerBlinks();
    });
  });

  it('shows the answer below the question on a phone, and is no wider than it', async () => {
    const wide = olga.viewportSize() ?? { width: 1280, height: 720 };
    await olga.setViewportSize({ width: 390, height: 844 });
    const place = (label: string) => olga.getByLabel(label).boundingBox();
    const [question, answer] = [await place('Operation Editor'), await place('Result Window')];
    expect(answer?.y).toBeGreaterThanOrEqual((question?.y ?? NaN) + (question?.height ?? NaN));
    expect(answer?.width).toBeGreaterThan(250);
    expect(await olga.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await olga.setViewportSize(wide);
  });

  it('keeps who asks for each tab', async () => {
    await run(olga, 'Start');
    await asksAs(olga, 'Olga');
    await olga.getByRole('radio', { name: 'Cleo' }).click();
    await run(olga, 'Start');
    await shown(olga, '"name": "Cleo"');
    await olga.locator('.graphiql-tab-button').nth(1).click();
    await asksAs(olga, 'Olga');
    await olga.locator('.graphiql-tab-button').first().click();
    await asksAs(olga, 'Cleo');
  });

  it('goes on with a subscription over a restart of the server', async () => {
    await run(olga, 'Live1_Watch');
    await somethingHappens('"data"');
    const before = complaints.length;
    await server.stop();
    await shown(olga, 'the connection was closed (1001');
    server = await house.start({ PORT: new URL(server.url).port });
    ben = server.as(ben.token);
    await somethingHappens('"MediaRequestSubmitted"');
    await stop(olga);
    // What the browser itself says of a connection that is refused is no fault of the page.
    const refused = complaints.splice(before).filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'));
    complaints.push(...refused);
  });

  it('explains itself to whoever is not signed in, and takes a token', async () => {
    const page = await open(server.url);
    await page.getByRole('heading', { name: 'Paste a token' }).waitFor();
    expect(await page.locator('main').innerText()).toContain('medianest -- token');
    await page.getByLabel('Access token').fill(ben.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Signed in as').filter({ hasText: 'Ben' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.close();
  });

  it('says so when the link was used before', async () => {
    const page = await open(usedLink);
    await page.getByText(/The link did not sign you in/).waitFor();
    expect(page.url()).toBe(server.url);
    await page.close();
  });

  it('asked nobody but its own server, and did nothing that its policy forbids', () => {
    const { origin, host } = new URL(server.url);
    expect([...asked].sort()).toEqual([origin, `ws://${host}`]);
    expect(complaints).toEqual([]);
  });
});
