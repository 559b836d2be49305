import type { EventCodecs } from '../mechanisms/event-store';
import type { JobQueue } from '../mechanisms/jobs';
import type { Projections } from '../mechanisms/projections';
import { createRequestProjections } from '../features/requests';
import { createStatusProjections } from '../features/status';

/** The folds of all features: read models and reactors. */
export const allProjections = (parts: { codecs: EventCodecs; jobs: JobQueue }) => [
  ...createRequestProjections(parts),
  ...createStatusProjections(parts),
];

/** How they stand, as the API tells it: with positions that carry the store. */
export async function tellProjections({ list }: Pick<Projections, 'list'>, format: (position: bigint) => string) {
  const placed = <One extends { position: bigint }>(one: One) => ({ ...one, position: format(one.position) });
  return (await list()).map(({ rebuild, parkedStreams, ...one }) => ({
    ...placed(one),
    parkedStreams: parkedStreams.map(placed),
    rebuild: rebuild && placed(rebuild),
  }));
}
