import {
  adopted,
  after,
  asked,
  attempted,
  available,
  CLEO,
  declinedThere,
  deferred,
  failed,
  joined,
  linked,
  rejected,
  retried,
  queued,
  submitted,
  titleAfter,
} from './testing';
import type { MediaRequest } from './media-request';
import { isOpen, isParticipant, openRequest, requestById, stageOf, statusOf, streamOf } from './media-request';

const uncertain = [...asked(), attempted(), deferred(1, 'UNKNOWN')];
const refused = (code: Parameters<typeof rejected>[1]) => [...asked(), attempted(), rejected(1, code)];

it.each([
  ['just submitted', [submitted()], ['PENDING_APPROVAL', 'REQUESTED', true]],
  ['queued', asked(), ['APPROVED', 'APPROVED', true]],
  ['being handed over', [...asked(), attempted()], ['APPROVED', 'APPROVED', true]],
  ['uncertain', uncertain, ['APPROVED', 'APPROVED', true]],
  ['handed over', linked(), ['PROCESSING', 'SENT', true]],
  ['adopted', [...uncertain, attempted(2), adopted(2)], ['PROCESSING', 'SENT', true]],
  ['refused for now', refused('UPSTREAM_QUOTA'), ['FAILED', 'APPROVED', true]],
  ['refused for good', refused('NO_SUCH_TITLE'), ['FAILED', 'APPROVED', false]],
  ['failed to download', [...linked(), failed()], ['FAILED', 'SENT', true]],
  ['tried again', [...linked(), failed(), retried(), queued()], ['APPROVED', 'APPROVED', true]],
  ['declined there', [...linked(), declinedThere()], ['DECLINED', 'SENT', false]],
  ['there', [...linked(), available()], ['AVAILABLE', 'IN_PLEX', false]],
  ['there without us', [...asked(), attempted(), available()], ['AVAILABLE', 'IN_PLEX', false]],
])('%s', (_, facts, statusStageAndOpen) => {
  const request = after(facts);
  expect([statusOf(request), stageOf(request), isOpen(request)]).toEqual(statusStageAndOpen);
});

it('of all statuses that hold, the first of the order is the one', () => {
  const order: [(request: MediaRequest) => void, string][] = [
    [({ decision }) => void (decision.state = 'APPROVED'), 'APPROVED'],
    [({ handover }) => void (handover.state = 'LINKED'), 'PROCESSING'],
    [({ fulfilment }) => void (fulfilment.state = 'FAILED'), 'FAILED'],
    [({ handover }) => void (handover.state = 'REJECTED'), 'FAILED'],
    [({ fulfilment }) => void (fulfilment.state = 'PARTIAL'), 'PARTIALLY_AVAILABLE'],
    [({ fulfilment }) => void (fulfilment.state = 'AVAILABLE'), 'AVAILABLE'],
    [({ fulfilment }) => void (fulfilment.state = 'REMOVED'), 'REMOVED'],
    [({ decision }) => void (decision.state = 'CANCELLED'), 'CANCELLED'],
    [({ decision }) => void (decision.state = 'DECLINED'), 'DECLINED'],
  ];
  const request = structuredClone(after([submitted()]));
  const seen = order.map(([change]) => (change(request), statusOf(request)));
  expect(seen).toEqual(order.map(([, status]) => status));
});

it('finds the open request of a title, any by its id, and who is on it', () => {
  const facts = [...refused('INVALID'), submitted({ requestId: 'req_2', requesterId: CLEO })];
  const title = titleAfter(facts);
  expect(openRequest(title)?.requestId).toBe('req_2');
  expect(requestById(title, 'req_1')?.requestId).toBe('req_1');
  expect(requestById(title, 'req_3')).toBeUndefined();
  expect(isParticipant(after(asked()), CLEO)).toBe(false);
  expect(isParticipant(after([...asked(), joined()]), CLEO)).toBe(true);
});

it('names the stream by title and quality', () => {
  expect(streamOf({ mediaType: 'MOVIE', tmdbId: 603, quality: 'STANDARD' })).toBe('mediaRequest-movie-603-standard');
  expect(streamOf({ mediaType: 'TV', tmdbId: 1, quality: 'UHD_4K' })).toBe('mediaRequest-tv-1-uhd4k');
});
