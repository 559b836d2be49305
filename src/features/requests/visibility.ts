import type { MediaRequest } from './media-request/media-request';
import { isParticipant } from './media-request/media-request';

/** Who looks. */
export interface Looker {
  accountId: string;
  scopes: ReadonlySet<string>;
}

export function mayDecide({ scopes }: Pick<Looker, 'scopes'>): boolean {
  return scopes.has('REQUESTS_DECIDE');
}

/** Everybody sees that a title is asked for and how it stands; who asked, and the timeline, only those on it and those who decide. */
export function maySeePeople(looker: Looker, request: MediaRequest): boolean {
  return mayDecide(looker) || isParticipant(request, looker.accountId);
}
