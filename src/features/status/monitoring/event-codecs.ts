import { z } from 'zod';
import { codecsOf } from '../../../mechanisms/event-store';
import type { MonitoringEvent } from './events';

const ofConnection = { connectionId: z.string() };

const schemas: { [Type in MonitoringEvent['type']]: z.ZodType<Extract<MonitoringEvent, { type: Type }>['data']> } = {
  MonitoringLost: z.object({ ...ofConnection, lastSeenAt: z.iso.datetime() }),
  MonitoringRestored: z.object(ofConnection),
};

export const monitoringCodecs = codecsOf(schemas);
