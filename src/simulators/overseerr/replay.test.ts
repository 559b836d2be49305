import type { OverseerrSimulator } from './index';
import { startOverseerrSimulator } from './index';
import type { Product } from './testing';
import { API_KEY, prepared, recording, send, shapeDifferences, valueAt } from './testing';

/** `=`: status, content type and the whole body are equal. `~`: status, content type and shape are, and the named values. */
type Row = [name: string, compare: '=' | '~', named?: Record<string, unknown>];
/** What happens between two rows. */
interface Step {
  step: string;
  run(simulator: OverseerrSimulator): unknown;
}

/** The series requests of the lab's users 5 and 2 that were made between rows 113 and 127. */
const seriesRequests = (of: Product): [userId: number, tmdbId: number, seasons: number[]][] => [
  [5, 66732, [1, 2]],
  [2, 1399, [1, 2]],
  [2, 1399, [3]],
  [2, 1396, of === 'seerr' ? [1, 2, 3, 4, 5] : [0, 1, 2, 3, 4, 5]],
  [2, 94605, [99]],
  ...(of === 'seerr' ? [] : [[2, 1399, [0]] as [number, number, number[]]]),
  [2, 900020, [1]],
];

const downFrom = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, n) => from - n);
const user = (id: number, permissions: number, name: string): Record<string, unknown> => ({
  id,
  permissions,
  email: `${name}@lab.test`,
  username: name,
  displayName: name,
  settings: null,
});
const created = (id: number, status: number, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  id,
  status,
  ...rest,
});

const more = (of: Product): number => (of === 'seerr' ? 0 : 1);

/** Where the two differ: Seerr 3.1.0 first, then Overseerr 1.34.0, which took one request more. */
const movieFlow = (of: Product): (Row | Step)[] => [
  ['001-status-no-auth', '~', { version: of === 'seerr' ? '3.1.0' : '1.34.0' }],
  [
    '004-settings-public-no-auth',
    '~',
    of === 'seerr'
      ? { initialized: true, applicationTitle: 'Seerr', mediaServerType: 1 }
      : { initialized: true, applicationTitle: 'Overseerr', region: '' },
  ],
  ['005-auth-me', '~', user(1, 2, 'admin')],
  ['006-auth-me-as-user-2', '~', user(2, 32, 'alice')],
  ['007-auth-missing-key', '='],
  ['008-auth-wrong-key', '='],
  ['012-auth-unknown-x-api-user', '='],
  [
    '020-user-list',
    '~',
    {
      pageInfo: { pages: 1, pageSize: 10, results: 6, page: 1 },
      'results.*.id': [1, 2, 3, 4, 5, 6],
      'results.*.permissions': [2, 32, 0, 160, 4195360, 16],
      'results.*.movieQuotaLimit': [null, null, null, null, 1, null],
      'results.*.movieQuotaDays': [null, null, null, null, 7, null],
      'results.*.tvQuotaLimit': [null, null, null, null, 2, null],
      'results.*.tvQuotaDays': [null, null, null, null, 7, null],
    },
  ],
  [
    '042-search-mixed',
    '~',
    {
      page: 1,
      totalPages: 1,
      totalResults: 5,
      'results.*.id': [603, 604, 605, 287, 2344],
      'results.*.mediaType': ['movie', 'movie', 'movie', 'person', 'collection'],
    },
  ],
  ['050-search-no-results', '='],
  ['052-search-empty-query', '='],
  { step: 'TMDB goes down', run: (simulator) => simulator.setFault('TMDB_DOWN') },
  ['068-search-tmdb-down', '='],
  ['069-movie-tmdb-down', '='],
  ['070-request-tmdb-down', '='],
  { step: 'TMDB comes back', run: (simulator) => simulator.setFault('NONE') },
  [
    '071-movie',
    '~',
    { id: 550, title: 'Fight Club', releaseDate: '1999-10-15', posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg' },
  ],
  ['075-movie-unknown', '='],
  ['092-request-movie-pending', '~', created(1, 1, { 'requestedBy.id': 2, 'media.id': 1, 'media.status': 2 })],
  [
    '093-movie-after-request',
    '~',
    {
      'mediaInfo.id': 1,
      'mediaInfo.status': 2,
      'mediaInfo.issues': [],
      'mediaInfo.requests.*.id': [1],
      'mediaInfo.requests.*.status': [1],
      'mediaInfo.requests.*.modifiedBy': [null],
      'mediaInfo.requests.*.seasons': [[]],
      'mediaInfo.requests.*.seasonCount': [0],
    },
  ],
  ['094-search-after-request', '~', { 'results.*.mediaInfo.id': [1], 'results.*.mediaInfo.status': [2] }],
  ['095-request-duplicate-same-user', '='],
  ['097-request-duplicate-is4k-omitted', '~', { id: 2, 'media.id': 1, 'media.requests.*.id': [1] }],
  [
    '098-request-movie-admin-auto-approved',
    '~',
    created(3, 2, { 'modifiedBy.id': 1, 'media.id': 2, 'media.status': 2 }),
  ],
  ['099-request-movie-is4k-omitted-first', '~', { id: 4, 'media.id': 3 }],
  ['100-request-movie-is4k-omitted-again', '~', { id: 5, 'media.id': 3 }],
  ['101-request-movie-on-behalf-by-admin', '~', created(6, 2, { 'requestedBy.id': 2, 'modifiedBy.id': 1 })],
  ['102-request-movie-x-api-user', '~', created(7, 1, { 'requestedBy.id': 2 })],
  ['103-request-movie-auto-approve-user', '~', created(8, 2, { 'requestedBy.id': 4, 'modifiedBy.id': 4 })],
  ['104-request-no-permission', '='],
  ['107-request-on-behalf-forbidden', '='],
  ['110-request-movie-4k', '~', { id: 9, is4k: true, 'media.id': 7, 'media.status': 1, 'media.status4k': 2 }],
  ['111-request-movie-quota-exceeded', '='],
  ['113-user-quota-used-up', '='],
  {
    step: 'series are requested',
    run: (simulator) =>
      seriesRequests(of).map(([userId, tmdbId, seasons]) => simulator.plantRequest(tmdbId, userId, seasons)),
  },
  ['122-request-tv-empty-seasons', '='],
  ['127-request-sparse-movie', '~', { id: 16 + more(of), 'media.id': 13 }],
  ['128-request-special-characters', '~', { id: 17 + more(of), 'media.id': 14 }],
  ['129-request-unknown-tmdb-id', '='],
  ['131-request-missing-media-id', '='],
  ['142-request-unknown-extra-field', '~', { id: 18 + more(of), 'media.id': 15 }],
  [
    '144-request-list-default',
    '~',
    {
      pageInfo: { pages: 2, pageSize: 10, results: 18 + more(of), page: 1 },
      'results.*.id': downFrom(18 + more(of), 9 + more(of)),
      ...(of === 'seerr' && {
        'results.*.canRemove': Array(10).fill(false),
        serviceErrors: { radarr: [], sonarr: [] },
      }),
    },
  ],
  ['152-request-list-filter-pending', '~', { 'pageInfo.results': 15 + more(of) }],
  ['153-request-list-filter-approved', '~', { 'results.*.id': [8, 6, 3], 'results.*.media.status': [3, 3, 3] }],
  ['168-request-count', '='],
  ['170-request-get', '~', created(1, 1, { modifiedBy: null, seasons: [], seasonCount: 0, 'media.status': 2 })],
  ['173-request-get-unknown', '='],
  ['176-request-approve-forbidden', '='],
  ['177-request-approve', '~', created(1, 2, { 'modifiedBy.id': 1, 'media.status': 2 })],
  ['178-request-approve-again', '~', created(1, 2, { 'modifiedBy.id': 1, 'media.status': 3 })],
  ['179-request-decline-approved', '~', created(1, 3, { 'media.status': 3 })],
  [
    '181-request-again-after-decline',
    '~',
    created(19 + more(of), 1, { 'media.id': 1, 'media.status': 2, 'media.requests.*.id': [1, 2] }),
  ],
  of === 'seerr'
    ? // Recorded as 13, 14, two rows of one second; here every write has its own second.
      [
        '198-media-list-take-skip-sort',
        '~',
        { pageInfo: { pages: 8, pageSize: 2, results: 15, page: 2 }, 'results.*.id': [14, 13] },
      ]
    : // Recorded after more changes than are replayed: 9 and 1, and 9 is a series.
      {
        step: 'media changed last comes first',
        async run({ url }) {
          const { body } = await send(url, prepared('198-media-list-take-skip-sort'));
          expect(valueAt(body, 'results.*.id')).toEqual([15, 14]);
        },
      },
  ['207-media-available-movie', '~', { id: 2, status: 5, seasons: [] }],
  // Recorded as requested by 4: a row that is not replayed had reassigned it.
  [
    '208-request-get-after-available',
    '~',
    created(3, of === 'seerr' ? 5 : 2, { 'media.status': 5, 'modifiedBy.id': 1, 'requestedBy.id': 1 }),
  ],
  ['209-request-list-filter-available-after', '~', { 'pageInfo.results': 1, 'results.*.id': [3] }],
  of === 'seerr'
    ? ['211-request-movie-already-available', '~', created(20, 2, { 'media.status': 5, 'media.requests.*.id': [3] })]
    : ['211-request-movie-already-available', '='],
  ['223-request-delete-own-pending', '='],
  ['224-request-delete-twice', '='],
  ['225-request-delete-other-approved-forbidden', '='],
  ['228-request-delete-admin', '='],
  ['230-movie-after-request-delete', '~', { 'mediaInfo.id': 6, 'mediaInfo.status': 1, 'mediaInfo.requests': [] }],
];

describe.each(['seerr', 'overseerr'] as const)('the recorded request flow of %s', (product) => {
  let time = Date.parse('2026-11-23T13:25:30.000Z');
  let simulator: OverseerrSimulator;
  beforeAll(async () => {
    const flavour = product === 'seerr' ? 'SEERR' : 'OVERSEERR';
    simulator = await startOverseerrSimulator({ seed: 'lab', flavour, apiKey: API_KEY, clock: () => new Date(time) });
  });
  afterAll(() => simulator.close());

  for (const rowOrStep of movieFlow(product)) {
    if ('step' in rowOrStep) {
      it(`(${rowOrStep.step})`, async () => {
        await rowOrStep.run(simulator);
      });
      continue;
    }
    const [name, compare, named = {}] = rowOrStep;
    it(`${name} ${compare}`, async () => {
      const sent = prepared(name, product);
      if (sent.method !== 'GET') time += 1000;
      const { response } = recording(name, product);
      const answer = await send(simulator.url, sent);
      if (compare === '=') {
        expect(answer).toEqual(response);
        return;
      }
      expect({ ...answer, body: shapeDifferences(response.body, answer.body) }).toEqual({ ...response, body: [] });
      const found = Object.fromEntries(Object.keys(named).map((path) => [path, valueAt(answer.body, path)]));
      expect(found).toEqual(named);
    });
  }
});
