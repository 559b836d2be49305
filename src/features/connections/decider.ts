import type { Decider } from '../../mechanisms/event-store';
import type { ConnectionKindName, UpstreamIdentity } from './connection';
import { nothingToAccept } from './connection';
import type { ConnectionEvent } from './events';

/** Whom we deal with at a connection, and who answered last. Null: nobody was seen yet. */
export interface ServiceConnection {
  accepted: string | null;
  seen: string | null;
}

export type ConnectionCommand =
  | { type: 'ObserveIdentity'; kind: ConnectionKindName; identity: UpstreamIdentity & { instanceId: string } }
  | { type: 'AcceptUpstreamIdentity' };

/** Nothing is written to a stranger: our requests are about another installation's titles and users. */
export const isSuspended = ({ accepted, seen }: ServiceConnection): boolean => accepted !== seen;

function observe(
  { kind, identity }: Extract<ConnectionCommand, { type: 'ObserveIdentity' }>,
  { seen }: ServiceConnection,
): ConnectionEvent[] {
  const { instanceId, flavour, version } = identity;
  if (seen === instanceId) return [];
  if (seen !== null) return [{ type: 'ConnectionIdentityChanged', data: { from: seen, to: instanceId } }];
  const told = { ...(flavour && { flavour }), ...(version && { version }) };
  return [{ type: 'ConnectionEstablished', data: { kind, instanceId, ...told } }];
}

export const connectionDecider: Decider<ServiceConnection, ConnectionCommand, ConnectionEvent> = {
  initialState: { accepted: null, seen: null },

  decide(command, state) {
    if (command.type === 'ObserveIdentity') return observe(command, state);
    if (state.seen === null || !isSuspended(state)) throw nothingToAccept();
    return [{ type: 'UpstreamIdentityAccepted', data: { instanceId: state.seen } }];
  },

  evolve(state, event) {
    switch (event.type) {
      case 'ConnectionEstablished':
        return { accepted: event.data.instanceId, seen: event.data.instanceId };
      case 'ConnectionIdentityChanged':
        return { ...state, seen: event.data.to };
      case 'UpstreamIdentityAccepted':
        return { ...state, accepted: event.data.instanceId };
      default:
        return state; // facts of other features on the same stream
    }
  },
};
