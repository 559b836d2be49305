import { createEventCodecs } from '../mechanisms/event-store';
import type { EventCodecs } from '../mechanisms/event-store';
import { accountCodecs } from '../features/accounts';
import { connectionCodecs } from '../features/connections';
import { mediaRequestCodecs } from '../features/requests';
import { statusCodecs } from '../features/status';

/** How every event of the program is read. */
export function allCodecs(): EventCodecs {
  return createEventCodecs([...accountCodecs, ...mediaRequestCodecs, ...connectionCodecs, ...statusCodecs]);
}
