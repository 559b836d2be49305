import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OverseerrSimulator, OverseerrSimulatorOptions } from './index';
import { startOverseerrSimulator } from './index';
import type { Received } from './testing';
import { API_KEY, keyOf, requestMovie, send, valueAt } from './testing';

const FIGHT_CLUB = 550;
const open: OverseerrSimulator[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'overseerr-simulator-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<OverseerrSimulatorOptions> = {}): Promise<OverseerrSimulator> {
  const simulator = await startOverseerrSimulator({ seed: 'household', apiKey: API_KEY, ...options });
  open.push(simulator);
  return simulator;
}
const stateFile = (): string => join(folder, 'overseerr.json');
const read = (simulator: OverseerrSimulator, path: string): Promise<Received> =>
  send(simulator.url, { path: `/api/v1${path}`, headers: keyOf() });

/** An approval that the server has begun to work on: it says so with 100 Continue. */
async function arrivedApproval(simulator: OverseerrSimulator, id: number): Promise<ClientRequest> {
  const headers = { ...keyOf(), expect: '100-continue', 'content-length': '0' };
  const call = request(`${simulator.url}/api/v1/request/${id}/approve`, { method: 'POST', headers });
  call.flushHeaders();
  await once(call, 'continue');
  return call;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('its memory', () => {
  it('outlives the process, with ids and the request log', async () => {
    const before = await start({ seed: 'lab', stateFile: stateFile() });
    await requestMovie(before.url, FIGHT_CLUB, 2);
    await before.close();

    const after = await start({ seed: 'lab', stateFile: stateFile() });
    expect(await requestMovie(after.url, FIGHT_CLUB, 2)).toMatchObject({ status: 409 });
    expect(await requestMovie(after.url, 603, 2)).toMatchObject({ status: 201, body: { id: 2, media: { id: 2 } } });
    expect(after.calls().map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/api/v1/request', 201],
      ['POST', '/api/v1/request', 409],
      ['POST', '/api/v1/request', 201],
    ]);
    expect(after.calls(1)).toHaveLength(1);
  });

  it('holds a change before its answer is sent', async () => {
    const simulator = await start({ seed: 'lab', stateFile: stateFile() });
    await requestMovie(simulator.url, FIGHT_CLUB, 2);
    const stored = JSON.parse(readFileSync(stateFile(), 'utf8')) as unknown;
    expect(valueAt(stored, 'state.requests.*.id')).toEqual([1]);
  });

  it('reads its log past a line that a kill has torn, however long the log is', async () => {
    const line = `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', method: 'GET', path: '/x', status: 200 })}\n`;
    writeFileSync(join(folder, 'overseerr.requests.ndjson'), `${line.repeat(2_000)}{"at":"2026-`);
    const simulator = await start({ stateFile: stateFile() });
    await read(simulator, '/auth/me');
    expect(simulator.calls(1)).toMatchObject([{ path: '/api/v1/auth/me', status: 200 }]);
    expect(simulator.calls(1_500).at(-1)).toMatchObject({ path: '/x' });
    expect(simulator.calls(10_000)).toHaveLength(2_001);
  });

  it('changes nothing when the state cannot be written', async () => {
    const simulator = await start({ seed: 'lab', stateFile: stateFile() });
    mkdirSync(`${stateFile()}.writing`);
    expect(await requestMovie(simulator.url, FIGHT_CLUB, 2)).toMatchObject({ status: 500 });
    expect(simulator.requestsFor(FIGHT_CLUB)).toEqual([]);
  });

  it('gives no answer that its log does not hold', async () => {
    const log = join(folder, 'overseerr.requests.ndjson');
    const simulator = await start({ stateFile: stateFile() });
    rmSync(log);
    mkdirSync(log);
    await expect(read(simulator, '/auth/me')).rejects.toThrow();
  });

  it('refuses a file that is not its own', async () => {
    writeFileSync(stateFile(), '{"seed":');
    await expect(start({ stateFile: stateFile() })).rejects.toThrow(`not JSON: ${stateFile()}`);
    writeFileSync(stateFile(), '{"seed":"lab","state":{}}');
    await expect(start({ stateFile: stateFile() })).rejects.toThrow("grew from seed 'lab'");
  });
});

describe('its faults', () => {
  it('COMMIT_THEN_DROP commits once, logs what it would have answered, and says nothing', async () => {
    const simulator = await start({ seed: 'lab' });
    await simulator.setFault('COMMIT_THEN_DROP');
    await expect(requestMovie(simulator.url, FIGHT_CLUB, 2)).rejects.toThrow();
    expect(simulator.requestsFor(FIGHT_CLUB)).toHaveLength(1);
    expect(simulator.calls()).toMatchObject([{ method: 'POST', path: '/api/v1/request', status: 201 }]);
    expect(await read(simulator, '/movie/550')).toMatchObject({ status: 200 });
    await expect(requestMovie(simulator.url, FIGHT_CLUB, 2)).rejects.toThrow();
    expect(simulator.calls(1)).toMatchObject([{ status: 409 }]);
    expect(simulator.requestsFor(FIGHT_CLUB)).toHaveLength(1);
  });

  it('DOWN refuses connections, and NONE brings it back on the same port with all it knew', async () => {
    const simulator = await start({ seed: 'lab' });
    await requestMovie(simulator.url, FIGHT_CLUB, 2);
    await simulator.setFault('DOWN');
    await expect(read(simulator, '/auth/me')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await simulator.setFault('NONE');
    expect(await read(simulator, '/movie/550')).toMatchObject({ body: { mediaInfo: { status: 2 } } });
    expect(simulator.calls().map(({ status }) => status)).toEqual([200, 201]);
  });

  it('DOWN cuts a client that has not said everything yet', async () => {
    const simulator = await start();
    const headers = { ...keyOf(), expect: '100-continue', 'content-type': 'application/json', 'content-length': '40' };
    const call = request(`${simulator.url}/api/v1/request`, { method: 'POST', headers });
    call.flushHeaders();
    await once(call, 'continue');
    const failed = once(call, 'error');
    await simulator.setFault('DOWN');
    await failed;
    expect(simulator.calls().filter(({ status }) => status !== 0)).toEqual([]);
  });

  it('DOWN kills what it was working on', async () => {
    const simulator = await start({ seed: 'lab' });
    const id = simulator.plantRequest(FIGHT_CLUB, 2);
    await simulator.setFault('SLOW', 100);
    const call = await arrivedApproval(simulator, id);
    const failed = once(call, 'error');
    await simulator.setFault('DOWN');
    await failed;

    await simulator.setFault('SLOW', 200);
    await read(simulator, '/status'); // its moment would have passed
    expect(simulator.requestsFor(FIGHT_CLUB)).toMatchObject([{ status: 1 }]);
    expect(simulator.calls().at(-1)).toMatchObject({ method: 'POST', status: 0 });
  });

  it('SLOW goes on working when the client has gone', async () => {
    const simulator = await start({ seed: 'lab' });
    const id = simulator.plantRequest(FIGHT_CLUB, 2);
    await simulator.setFault('SLOW', 100);
    const began = performance.now();
    const call = await arrivedApproval(simulator, id);
    call.on('error', () => undefined);
    call.destroy();
    await until(() => simulator.calls().some(({ status }) => status === 200));
    expect(performance.now() - began).toBeGreaterThan(99);
    expect(simulator.requestsFor(FIGHT_CLUB)).toMatchObject([{ status: 2 }]);
  });

  it.each([
    ['ERROR_500', 500],
    ['WRONG_SHAPE', 200],
  ] as const)('%s answers %i and does nothing', async (fault, status) => {
    const simulator = await start({ seed: 'lab' });
    await simulator.setFault(fault);
    expect(await requestMovie(simulator.url, FIGHT_CLUB, 2)).toMatchObject({ status });
    await simulator.setFault('NONE');
    expect(simulator.requestsFor(FIGHT_CLUB)).toEqual([]);
    expect(simulator.calls()).toMatchObject([{ method: 'POST', status }]);
  });
});

describe('a lost race', () => {
  it('can be planted: two open requests for one title', async () => {
    const simulator = await start();
    await requestMovie(simulator.url, FIGHT_CLUB);
    const id = simulator.plantRequest(FIGHT_CLUB, 2);
    const { body } = await read(simulator, '/movie/550');
    expect(valueAt(body, 'mediaInfo.requests.*.id')).toEqual([1, id]);
    expect(simulator.requestsFor(FIGHT_CLUB).map(({ requestedBy }) => requestedBy)).toEqual([1, 2]);
  });
});
