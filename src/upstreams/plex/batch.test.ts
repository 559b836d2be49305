import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import { failureOf, json } from '../../mechanisms/http/testing';
import { createPlexBench, list, NOT_FOUND } from './testing';
import type { PlexBench } from './testing';

let bench: PlexBench;
beforeEach(() => void (bench = createPlexBench()));
afterEach(() => bench.close());

const film = (ratingKey: string): object => ({ ratingKey, type: 'movie', title: ratingKey });
const asked = (): string[][] =>
  bench.asked.map(({ pathname }) => pathname.replace('/library/metadata/', '').split(','));
const ids = (count: number): string[] => Array.from({ length: count }, (_one, at) => `${at + 1}`);

/** Answers each batch with what `say` makes of its ids. */
const serving = (say: (keys: string[]) => { status: number; body: object }) =>
  bench.plex(({ url }, response) => {
    const keys = /metadata\/([\d,]+)/.exec(url!)![1]!.split(',');
    const { status, body } = say(keys);
    json(response, status, body);
  });

const kinds = (found: ReadonlyMap<string, unknown>): [string, string][] =>
  [...found].map(([key, one]) => [key, one === null ? 'missing' : one instanceof UpstreamFailure ? 'failed' : 'found']);

it('fifty ids are one call, each has an entry, in the order of the ids', async () => {
  const plex = await serving((keys) => ({ status: 200, body: list(keys.toReversed().map(film)) }));
  const found = await plex.metadata(ids(50));
  expect([...found.keys()]).toEqual(ids(50));
  expect(found.get('7')).toMatchObject({ ratingKey: '7', title: '7' });
  expect(asked()).toEqual([ids(50)]);
});

it('what Plex leaves out is missing, what nobody asked for is no answer, and an id is asked for once', async () => {
  const plex = await serving(() => ({ status: 200, body: list(['3', '1', '8'].map(film)) }));
  expect(kinds(await plex.metadata(['1', '2', '3', '1']))).toEqual([
    ['1', 'found'],
    ['2', 'missing'],
    ['3', 'found'],
  ]);
  expect(asked()).toEqual([['1', '2', '3']]);
});

it('a 404 in the words of Plex means that none is there; of a proxy it means nothing', async () => {
  const headers = { 'content-type': 'text/html' };
  const plex = await bench.plex((_request, response) => {
    response.writeHead(404, { ...headers, 'x-plex-protocol': '1.0' }).end(NOT_FOUND);
  });
  expect(kinds(await plex.metadata(['1', '2']))).toEqual([
    ['1', 'missing'],
    ['2', 'missing'],
  ]);
  const proxy = await bench.plex((_request, response) => void response.writeHead(404, headers).end(NOT_FOUND));
  expect(await failureOf(proxy.metadata(['1', '2']))).toMatchObject({ failure: 'WRONG_SHAPE' });
});

it('one sick item of fifty fails alone, in few calls', async () => {
  const plex = await serving((keys) =>
    keys.includes('31') ? { status: 500, body: {} } : { status: 200, body: list(keys.map(film)) },
  );
  const found = kinds(await plex.metadata(ids(50)));
  expect(found.filter(([, kind]) => kind !== 'found')).toEqual([['31', 'failed']]);
  expect(bench.asked.length).toBeLessThanOrEqual(1 + 2 * 6);
});

it('a sick item that stalls the answer fails alone too', async () => {
  const plex = await bench.plex(
    ({ url }, response) => {
      const keys = /metadata\/([\d,]+)/.exec(url!)![1]!.split(',');
      if (!keys.includes('2')) json(response, 200, list(keys.map(film)));
    },
    { timeoutMs: 800 },
  );
  expect(kinds(await plex.metadata(ids(4)))).toEqual([
    ['1', 'found'],
    ['2', 'failed'],
    ['3', 'found'],
    ['4', 'found'],
  ]);
});

it('a server that answers nothing well is asked three times, not once for each', async () => {
  const plex = await serving(() => ({ status: 500, body: {} }));
  expect(await failureOf(plex.metadata(ids(50)))).toMatchObject({ failure: 'UPSTREAM_5XX' });
  expect(bench.asked).toHaveLength(3);
});

it('a refusal is one call, and nobody is missing for it', async () => {
  const plex = await serving(() => ({ status: 401, body: {} }));
  expect(await failureOf(plex.metadata(ids(50)))).toMatchObject({ failure: 'UNAUTHORIZED' });
  expect(bench.asked).toHaveLength(1);
});

it('no ids are no call; too many, or what is no id, are refused', async () => {
  const plex = await serving(() => ({ status: 200, body: list([]) }));
  expect(await plex.metadata([])).toEqual(new Map());
  for (const wrong of [ids(51), ['1/children'], ['1,2'], ['']]) {
    await expect(plex.metadata(wrong)).rejects.toBeInstanceOf(InvalidInput);
  }
  expect(bench.asked).toEqual([]);
});
