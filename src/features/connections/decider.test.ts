import { given } from '../../mechanisms/event-store/testing';
import { connectionDecider, isSuspended } from './decider';
import type { ConnectionEvent } from './events';

const see = (instanceId: string) => ({
  type: 'ObserveIdentity' as const,
  kind: 'OVERSEERR' as const,
  identity: { instanceId, flavour: 'SEERR', version: null },
});
const accept = { type: 'AcceptUpstreamIdentity' as const };
const established: ConnectionEvent = {
  type: 'ConnectionEstablished',
  data: { kind: 'OVERSEERR', instanceId: 'a', flavour: 'SEERR' },
};
const changed = (from: string, to: string): ConnectionEvent => ({
  type: 'ConnectionIdentityChanged',
  data: { from, to },
});
const accepted: ConnectionEvent = { type: 'UpstreamIdentityAccepted', data: { instanceId: 'b' } };
const suspended = (is: boolean) => (state: Parameters<typeof isSuspended>[0]) => expect(isSuspended(state)).toBe(is);

describe('who answers at a connection', () => {
  it('is taken for ours the first time', () => {
    const decision = given(connectionDecider).when(see('a'));
    decision.then([established]);
    decision.thenState(suspended(false));
  });

  it('is no news while it is the same', () => {
    given(connectionDecider, [established]).when(see('a')).thenNothing();
  });

  it('suspends the connection when it is somebody else, once', () => {
    const decision = given(connectionDecider, [established]).when(see('b'));
    decision.then([changed('a', 'b')]);
    decision.thenState(suspended(true));
    given(connectionDecider, [established, changed('a', 'b')])
      .when(see('b'))
      .thenNothing();
  });

  it('resumes it when the first one is back', () => {
    given(connectionDecider, [established, changed('a', 'b')])
      .when(see('a'))
      .thenState(suspended(false));
  });

  it('is gone on with when an admin says so', () => {
    const decision = given(connectionDecider, [established, changed('a', 'b')]).when(accept);
    decision.then([accepted]);
    decision.thenState(suspended(false));
    given(connectionDecider, [established, changed('a', 'b'), accepted])
      .when(see('a'))
      .thenState(suspended(true));
  });

  it('has nothing to accept when nothing changed', () => {
    given(connectionDecider).when(accept).thenThrows('NOTHING_TO_ACCEPT');
    given(connectionDecider, [established]).when(accept).thenThrows('NOTHING_TO_ACCEPT');
  });
});
