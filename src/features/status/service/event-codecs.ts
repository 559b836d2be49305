import { z } from 'zod';
import { codecsOf } from '../../../mechanisms/event-store';
import type { ServiceEvent } from './events';

const ofService = { serviceId: z.string() };
const seen = { ...ofService, at: z.iso.datetime(), source: z.enum(['SOCKET']) };
const seenWith = { ...seen, message: z.string().optional() };

/** The data of each stored fact. Typed by the events, so that a fact without a schema does not compile. */
const schemas: { [Type in ServiceEvent['type']]: z.ZodType<Extract<ServiceEvent, { type: Type }>['data']> } = {
  ServiceDiscovered: z.object({
    ...ofService,
    connectionId: z.string(),
    externalId: z.string(),
    name: z.string(),
    kind: z.string(),
    group: z.string().optional(),
  }),
  ServiceRenamedUpstream: z.object({ ...ofService, from: z.string(), to: z.string() }),
  ServiceRegroupedUpstream: z.object({ ...ofService, from: z.string().optional(), to: z.string().optional() }),
  ServiceCameUp: z.object({ ...seenWith, downForMs: z.int().nonnegative().optional() }),
  ServiceWentDown: z.object(seenWith),
  ServiceBecamePending: z.object(seenWith),
  MaintenanceStarted: z.object(seenWith),
  MaintenanceEnded: z.object(seen),
  ServicePaused: z.object(seen),
  ServiceResumed: z.object(seen),
  ServiceRetired: z.object(seen),
};

export const serviceCodecs = codecsOf(schemas);
