import { Conflict, DomainError, Forbidden, NotFound } from '../../../mechanisms/errors';
import type { RequestStatus } from './media-request';

/** The title is in the library already: nothing to ask for. */
export class AlreadyAvailable extends DomainError {
  readonly code = 'ALREADY_AVAILABLE';
  constructor(readonly plexUrl: string | null) {
    super('This title is already in the library.');
  }
}

/** What the decider says instead of deciding, in words for people. */
export const refusals = {
  noSuchRequest: () => new NotFound('There is no such request.'),
  requesterCannotLeave: () =>
    new Conflict('You asked for this title yourself; only those who joined can leave.', 'REQUESTER_CANNOT_LEAVE'),
  notOnRequest: () => new Conflict('You are not on this request.', 'NOT_ON_REQUEST'),
  notYoursToRetry: () =>
    new Forbidden('Only who asked for it, or who decides, can retry a request.', ['REQUESTS_DECIDE']),
  notFailed: (status: RequestStatus) =>
    new Conflict(`Only a failed request can be retried; this one is ${status}.`, 'INVALID_TRANSITION'),
  notRetryable: () => new Conflict('It would fail again; ask an admin.', 'NOT_RETRYABLE'),
  anotherIsOpen: () => new Conflict('Another request for this title is open.', 'REQUEST_ALREADY_OPEN'),
  notWaitingFor: (requestId: string, attemptNo: number) =>
    new Conflict(`request ${requestId} is not waiting for attempt ${attemptNo}`, 'INVALID_TRANSITION'),
};
