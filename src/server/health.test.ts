import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDoor } from './testing';
import { openTestDoor } from './testing';

let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

describe('health', () => {
  it('says live and ready without a token, and nothing else', async () => {
    const live = await fetch(`http://127.0.0.1:${door.port}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);
    const ready = await fetch(`http://127.0.0.1:${door.port}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  });

  const silent = 'its parts do not answer';
  it.each<[string, string, () => Promise<string | null>]>([
    ['say why not', 'the view is old', () => Promise.resolve('the view is old')],
    ['fail', silent, () => Promise.reject(new Error('postgres://user:secret@host'))],
    ['do not say', silent, () => new Promise(() => undefined)],
  ])('is not ready when its parts %s', async (_what, reason, obstacle) => {
    const other = await openTestDoor({ obstacle });
    const response = await fetch(`http://127.0.0.1:${other.port}/health/ready`);
    expect([response.status, await response.json()]).toEqual([503, { status: 'not ready', reason }]);
    await other.close();
  });
});

describe('the playground', () => {
  const assetsDir = mkdtempSync(join(tmpdir(), 'playground-'));
  writeFileSync(join(assetsDir, 'main.js'), 'run()');
  afterAll(() => rmSync(assetsDir, { recursive: true }));

  it('is for browsers, loads from our own origin only, and is in nobody’s frame', async () => {
    const other = await openTestDoor({ playground: { html: '<p>page</p>', assetsDir } });
    const page = await fetch(other.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await page.text()).toBe('<p>page</p>');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const script = await fetch(`http://127.0.0.1:${other.port}/playground/main.js`);
    expect([script.status, await script.text()]).toEqual([200, 'run()']);
    expect(script.headers.get('x-content-type-options')).toBe('nosniff');
    const outside = await fetch(`http://127.0.0.1:${other.port}/playground/..%2f..%2fpackage.json`);
    expect(outside.status).not.toBe(200);
    const query = await fetch(`${other.url}?query={me{id}}`, {
      headers: { accept: 'text/html', 'apollo-require-preflight': '1', authorization: 'Bearer ben' },
    });
    expect(query.headers.get('content-type')).not.toContain('text/html');
    await other.close();
  });

  it('is not there unless mounted', async () => {
    const page = await fetch(door.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).not.toContain('text/html');
  });
});

describe('closing', () => {
  it('lets a request at work end, and takes no new one', async () => {
    let release = () => {};
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    let asked = false;
    const other = await openTestDoor({
      authenticate: async () => {
        asked = true;
        return held;
      },
    });
    const answer = other.ask('{ open(code: "x") }', 'slow');
    while (!asked) await new Promise((resolve) => setImmediate(resolve));
    const closed = other.close();
    await expect(untilRefused(other.port)).resolves.toBe('ECONNREFUSED');
    release();
    expect((await answer).body.data).toEqual({ open: 'opened' });
    await closed;
  });
});

async function untilRefused(port: number): Promise<string> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const code = await fetch(`http://127.0.0.1:${port}/health/live`).then(
      () => undefined,
      (error: { cause?: { code?: string } }) => error.cause?.code,
    );
    if (code === 'ECONNREFUSED' || Date.now() > deadline) return code ?? 'still open';
  }
}
