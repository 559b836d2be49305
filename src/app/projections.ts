import type { EventCodecs } from '../mechanisms/event-store';
import type { JobQueue } from '../mechanisms/jobs';
import { createRequestProjections } from '../features/requests';
import { createStatusProjections } from '../features/status';

/** The folds of all features: read models and reactors. */
export const allProjections = (parts: { codecs: EventCodecs; jobs: JobQueue }) => [
  ...createRequestProjections(parts),
  ...createStatusProjections(parts),
];
