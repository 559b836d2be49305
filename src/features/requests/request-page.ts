import type { RequestPage } from './loaders';
import type { MediaType } from './media-request/events';
import type { RequestStatus } from './media-request/media-request';

/** What is asked for must be all of it; what is absent or null asks for nothing. */
export interface PageFilter {
  status?: RequestStatus[] | null;
  /** Only what the account asked for or joined. */
  mine?: boolean | null;
  needsDecision?: boolean | null;
  type?: MediaType | null;
}

/** The first page of what an account asks for. */
export function pageOf(
  filter: PageFilter | undefined,
  { orderBy, limit, accountId }: Pick<RequestPage, 'orderBy' | 'limit'> & { accountId: string },
): RequestPage {
  const status = filter?.needsDecision
    ? (['PENDING_APPROVAL'] as const).filter((one) => filter.status?.includes(one) ?? true)
    : filter?.status;
  return {
    orderBy,
    limit,
    ...(status ? { status } : {}),
    ...(filter?.type ? { mediaType: filter.type } : {}),
    ...(filter?.mine ? { participantId: accountId } : {}),
  };
}
