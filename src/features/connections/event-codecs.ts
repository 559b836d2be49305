import { z } from 'zod';
import { codecsOf } from '../../mechanisms/event-store';
import type { ConnectionEvent } from './events';

const instanceId = z.string().min(1);

const schemas: { [Type in ConnectionEvent['type']]: z.ZodType<Extract<ConnectionEvent, { type: Type }>['data']> } = {
  ConnectionEstablished: z.object({
    kind: z.enum(['PLEX', 'OVERSEERR', 'UPTIME_KUMA']),
    instanceId,
    flavour: z.string().optional(),
    version: z.string().optional(),
  }),
  ConnectionIdentityChanged: z.object({ from: instanceId, to: instanceId }),
  UpstreamIdentityAccepted: z.object({ instanceId }),
};

export const connectionCodecs = codecsOf(schemas);
