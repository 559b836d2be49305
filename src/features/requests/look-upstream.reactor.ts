import { z } from 'zod';
import type { EventCodecs } from '../../mechanisms/event-store';
import type { JobQueue, Tasks } from '../../mechanisms/jobs';
import type { Projection } from '../../mechanisms/projections';
import type { OverseerrClient } from '../../upstreams/overseerr';
import type { HandoverCommands } from './media-request/commands';
import type { MediaRequestEvent } from './media-request/events';
import type { MediaRequest } from './media-request/media-request';
import type { UpstreamLook } from './media-request/observation';
import { failureOf } from './upstream-failure';

const LOOK_UPSTREAM = 'look-upstream';

/** Which request a job is about. */
export interface RequestTarget {
  streamId: string;
  requestId: string;
}
export const requestTarget = z.object({ streamId: z.string(), requestId: z.string() });

export interface LookParts {
  commands: HandoverCommands;
  overseerr: OverseerrClient;
  clock: () => Date;
}

/** One look at a request's title there: progress and duplicates become facts. Throws UpstreamFailure. */
export function createLook({ commands, overseerr, clock }: LookParts) {
  return async (streamId: string, request: MediaRequest): Promise<void> => {
    const observedAt = clock().toISOString();
    const { media } = await overseerr.title(request.mediaType, request.tmdbId);
    const is4k = request.quality === 'UHD_4K';
    const look: UpstreamLook = {
      observedAt,
      media: (is4k ? media?.status4k : media?.status) ?? 'UNKNOWN',
      plexUrl: media?.plexUrl ?? null,
      requests: (media?.requests ?? []).filter((one) => one.is4k === is4k).map(({ id, status }) => ({ id, status })),
    };
    const { requestId, handover } = request;
    await commands.observe({ streamId, requestId, connectionId: handover.connectionId ?? '' }, look);
  };
}

/** `look-upstream`: a look right after every link, so that a second request there is found at once. */
export function createLookUpstreamReactor({ codecs, jobs }: { codecs: EventCodecs; jobs: JobQueue }): Projection {
  return {
    name: LOOK_UPSTREAM,
    version: 1,
    handles: ['UpstreamRequestCreated', 'UpstreamRequestAdopted'] satisfies MediaRequestEvent['type'][],
    tables: [],
    onPoison: 'park',
    async project(stored, tx) {
      const looks = stored.map((one) => {
        const event = codecs.read<MediaRequestEvent>(one);
        const payload: RequestTarget = { streamId: event.streamId, requestId: event.data.requestId };
        return { task: LOOK_UPSTREAM, key: event.eventId, payload };
      });
      await jobs.enqueue(looks, tx);
      return [];
    },
  };
}

export function createLookUpstreamTask(parts: LookParts): Tasks {
  const look = createLook(parts);
  return {
    async [LOOK_UPSTREAM](payload) {
      const { streamId, requestId } = requestTarget.parse(payload);
      const request = await parts.commands.load(streamId, requestId);
      if (!request) return;
      try {
        await look(streamId, request);
      } catch (error) {
        failureOf(error); // an outage is no bug, which the queue would try again: the poller looks anyway
      }
    },
  };
}
