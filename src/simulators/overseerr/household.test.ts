import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { household } from '../world';
import type { OverseerrSimulator, OverseerrSimulatorOptions } from './index';
import { startOverseerrSimulator } from './index';
import type { Received } from './testing';
import { API_KEY, keyOf, requestMovie, send, shapeDifferences, valueAt } from './testing';

const FIGHT_CLUB = 550;
const NOT_IN_LIBRARY = 238;
const THE_OFFICE = 2316;
const BREAKING_BAD = 1396;
const THREE_SECONDS = household.fulfilment.availableAfterMs;

let time = Date.parse('2026-11-23T13:25:30.000Z');
const open: OverseerrSimulator[] = [];
afterEach(() => Promise.all(open.splice(0).map((simulator) => simulator.close())));

async function start(options: Partial<OverseerrSimulatorOptions> = {}): Promise<OverseerrSimulator> {
  const given = { seed: 'household' as const, apiKey: API_KEY, clock: () => new Date(time), ...options };
  const simulator = await startOverseerrSimulator(given);
  open.push(simulator);
  return simulator;
}
const read = (simulator: OverseerrSimulator, path: string): Promise<Received> =>
  send(simulator.url, { path: `/api/v1${path}`, headers: keyOf() });
const requestSeries = (simulator: OverseerrSimulator, mediaId: number, seasons: unknown): Promise<Received> =>
  send(simulator.url, {
    method: 'POST',
    path: '/api/v1/request',
    headers: { ...keyOf(), 'content-type': 'application/json' },
    body: { mediaType: 'tv', mediaId, seasons, is4k: false, userId: 2 },
  });
const states = (simulator: OverseerrSimulator, tmdbId: number): [number, number][] =>
  simulator.requestsFor(tmdbId).map(({ status, mediaStatus }) => [status, mediaStatus]);

describe('the household', () => {
  it('knows its accounts, one of them an admin', async () => {
    const simulator = await start();
    const { body } = await read(simulator, '/user');
    expect(valueAt(body, 'results.*.id')).toEqual([1, 2, 3]);
    expect(valueAt(body, 'results.*.username')).toEqual(['olga', 'ben', 'cleo']);
    expect(await requestMovie(simulator.url, FIGHT_CLUB, 3)).toMatchObject({ status: 201, body: { status: 1 } });
  });

  it('finds movies and series, and tells what the library holds', async () => {
    const simulator = await start();
    const { body } = await read(simulator, '/search?query=matrix');
    expect(valueAt(body, 'results.*.id')).toEqual([603, 604, 605, 624860]);
    expect(body).toMatchObject({ results: [{ mediaInfo: { status: 5 } }, { mediaInfo: { status: 5 } }, {}, {}] });
    expect(valueAt(body, 'results.*.mediaInfo')).toMatchObject([{}, {}, undefined, undefined]);
    const series = await read(simulator, '/search?query=the%20office');
    expect(series.body).toMatchObject({ results: [{ mediaType: 'tv', mediaInfo: { status: 4 } }] });
  });

  it('knows every title of the world, and marks as available exactly what the library has', async () => {
    const simulator = await start();
    for (const movie of household.movies) {
      const { body } = await read(simulator, `/movie/${movie.tmdbId}`);
      const info = movie.inLibrary ? { status: 5, requests: [] } : undefined;
      expect(body).toMatchObject({ title: movie.title, ...(info && { mediaInfo: info }) });
      expect('mediaInfo' in (body as object)).toBe(movie.inLibrary);
    }
    for (const show of household.shows) {
      const { body } = await read(simulator, `/tv/${show.tmdbId}`);
      expect(body).toMatchObject({ name: show.title, externalIds: { tvdbId: show.tvdbId } });
      expect(valueAt(body, 'seasons.*.episodeCount')).toEqual(show.episodesPerSeason);
    }
  });

  it('answers series in the recorded shape', async () => {
    const simulator = await start();
    await requestSeries(simulator, BREAKING_BAD, [1]);
    const requested = (await read(simulator, `/tv/${BREAKING_BAD}`)).body;
    const listed = (await read(simulator, `/request`)).body;
    await requestMovie(simulator.url, FIGHT_CLUB);
    const film = (await read(simulator, `/movie/${FIGHT_CLUB}`)).body;
    expect(shapeDifferences(valueAt(film, 'mediaInfo.requests.0.media'), valueAt(listed, 'results.0.media'))).toEqual([
      'body.tvdbId: null recorded, number answered',
    ]);
    expect(requested).toMatchObject({ mediaInfo: { status: 3, requests: [{ seasonCount: 1, type: 'tv' }] } });
  });
});

describe('fulfilment', () => {
  it('starts at once and ends when its time has come', async () => {
    const simulator = await start();
    await requestMovie(simulator.url, FIGHT_CLUB);
    expect(states(simulator, FIGHT_CLUB)).toEqual([[2, 3]]);
    time += THREE_SECONDS - 1;
    expect(await read(simulator, `/movie/${FIGHT_CLUB}`)).toMatchObject({ body: { mediaInfo: { status: 3 } } });
    time += 1;
    const { body } = await read(simulator, `/movie/${FIGHT_CLUB}`);
    expect(body).toMatchObject({ mediaInfo: { status: 5, requests: [{ status: 5 }] } });
  });

  it('waits for an approval, and ends with a decline', async () => {
    const simulator = await start();
    await requestMovie(simulator.url, FIGHT_CLUB, 2);
    time += 10 * THREE_SECONDS;
    expect(states(simulator, FIGHT_CLUB)).toEqual([[1, 2]]);
    const decide = (decision: string): Promise<Received> =>
      send(simulator.url, { method: 'POST', path: `/api/v1/request/1/${decision}`, headers: keyOf() });
    await decide('approve');
    await decide('decline');
    time += 10 * THREE_SECONDS;
    expect(states(simulator, FIGHT_CLUB)).toEqual([[3, 1]]);
  });

  it('approves, and never completes, a request that was pending when its movie arrived', async () => {
    const simulator = await start();
    await requestMovie(simulator.url, FIGHT_CLUB, 2);
    const { body } = await read(simulator, '/media?filter=pending');
    await send(simulator.url, {
      method: 'POST',
      path: `/api/v1/media/${String(valueAt(body, 'results.0.id'))}/available`,
      headers: { ...keyOf(), 'content-type': 'application/json' },
      body: { is4k: false },
    });
    expect(states(simulator, FIGHT_CLUB)).toEqual([[2, 5]]);
  });

  it('goes on after a restart, also when its moment passed meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseerr-simulator-'));
    try {
      const stateFile = join(folder, 'overseerr.json');
      const before = await start({ stateFile });
      await requestMovie(before.url, FIGHT_CLUB);
      await before.close();
      time += THREE_SECONDS;
      expect(states(await start({ stateFile }), FIGHT_CLUB)).toEqual([[5, 5]]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('happens though nobody asks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'overseerr-simulator-'));
    try {
      const stateFile = join(folder, 'overseerr.json');
      const simulator = await start({ stateFile, clock: () => new Date(), availableAfterMs: 150 });
      await requestMovie(simulator.url, FIGHT_CLUB);
      await new Promise((resolve) => setTimeout(resolve, 50)); // so that the two arrive apart
      await requestMovie(simulator.url, NOT_IN_LIBRARY);
      const stored = (): string =>
        String(valueAt(JSON.parse(readFileSync(stateFile, 'utf8')), 'state.requests.*.status'));
      const deadline = Date.now() + 20_000;
      while (stored() !== '5,5' && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(stored()).toBe('5,5');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('brings the requested seasons of a series', async () => {
    const simulator = await start();
    expect(await requestSeries(simulator, THE_OFFICE, [3, 4])).toMatchObject({ status: 201, body: { status: 2 } });
    expect(simulator.requestsFor(THE_OFFICE)).toMatchObject([{ seasons: [4], requestedBy: 2, mediaStatus: 4 }]);
    time += THREE_SECONDS;
    expect(states(simulator, THE_OFFICE)).toEqual([[5, 4]]);
    expect(await requestSeries(simulator, THE_OFFICE, 'all')).toMatchObject({ status: 201 });
    time += THREE_SECONDS;
    expect(states(simulator, THE_OFFICE)).toEqual(
      [
        [5, 4],
        [5, 5],
      ].map(([status]) => [status, 5]),
    );
    expect(await requestSeries(simulator, THE_OFFICE, 'all')).toMatchObject({ status: 202 });
  });
});
