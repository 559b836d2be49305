import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { RequestMediaDocument } from '../sdk';
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

(isSkipped ? describe.skip : describe)('the playground', () => {
  const house = createHouse();
  const profile = mkdtempSync(path.join(tmpdir(), 'medianest-e2e-browser-'));
  /** Whom the browser asked, and what it complained of. */
  const asked = new Set<string>();
  const complaints: string[] = [];
  let server: Server;
  let olga: Page;
  let ben: Person;
  let windows: BrowserContext;

  beforeAll(async () => {
    if (!browser) throw new Error(`There is no Chromium at ${places.join(', ')}, and CI tests with it.`);
    server = await house.start();
    ben = server.as(await house.token('ben'));
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
    windows.on('weberror', (error) => complaints.push(error.error().message));
    windows.on('page', (page) => page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin)));
    olga = await open(server.link);
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

  /** Chooses a story and runs it, when the page is ready to. */
  async function run(page: Page, story: string): Promise<void> {
    await page.getByTitle(story, { exact: true }).click();
    await shown(page, ` ${story}`, 'Operation Editor');
    await text(page, 'Result Window');
    await page.getByRole('button', { name: /^Execute query/ }).click();
  }

  it('is opened by the link: signed in as the admin, and the code leaves the address', async () => {
    await olga.getByLabel('Signed in as').filter({ hasText: 'Olga' }).waitFor();
    expect(olga.url()).toBe(server.url);
  });

  it('runs a story', async () => {
    await run(olga, 'Me');
    await shown(olga, '"name": "Olga"');
    await run(olga, 'Search');
    await shown(olga, '"title": "The Matrix"');
  });

  it('shows what happens while it happens', async () => {
    await run(olga, 'RequestUpdated');
    await olga.getByRole('button', { name: /^Stop query/ }).waitFor();
    await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId: 438631 } } });
    await shown(olga, '"type": "MediaBecameAvailable"');
    await olga.getByRole('button', { name: /^Stop query/ }).click();
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
    const page = await open(server.link);
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
