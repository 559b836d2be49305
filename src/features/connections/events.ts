import type { ConnectionKindName } from './connection';

/** What answers at a connection was seen for the first time. */
export interface ConnectionEstablished {
  type: 'ConnectionEstablished';
  data: { kind: ConnectionKindName; instanceId: string; flavour?: string; version?: string };
}

/** Another machine, or another database, answers there than before. */
export interface ConnectionIdentityChanged {
  type: 'ConnectionIdentityChanged';
  data: { from: string; to: string };
}

/** An admin goes on with the one that answers now. */
export interface UpstreamIdentityAccepted {
  type: 'UpstreamIdentityAccepted';
  data: { instanceId: string };
}

/** On the stream `connection-{id}`, beside facts of other features about the same connection. */
export type ConnectionEvent = ConnectionEstablished | ConnectionIdentityChanged | UpstreamIdentityAccepted;
