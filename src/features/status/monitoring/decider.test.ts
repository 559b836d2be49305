import { given } from '../../../mechanisms/event-store/testing';
import { monitoringDecider } from './decider';
import type { MonitoringEvent } from './events';

const connectionId = 'uptime-kuma';
const lost: MonitoringEvent = {
  type: 'MonitoringLost',
  data: { connectionId, lastSeenAt: '2026-05-01T10:00:00.000Z' },
};
const restored: MonitoringEvent = { type: 'MonitoringRestored', data: { connectionId } };
const lose = { type: 'LoseMonitoring', ...lost.data } as const;
const restore = { type: 'RestoreMonitoring', connectionId } as const;
/** A fact of another feature on the same stream. */
const foreign = { type: 'ConnectionEstablished', data: {} } as never;

it('is lost once, and restored once', () => {
  given(monitoringDecider).when(lose).then([lost]);
  given(monitoringDecider, [lost, foreign]).when(lose).thenNothing();
  given(monitoringDecider, [foreign, lost]).when(restore).then([restored]);
  given(monitoringDecider, [lost, restored]).when(restore).thenNothing();
  given(monitoringDecider, [lost, restored]).when(lose).then([lost]);
  given(monitoringDecider, [foreign]).when(restore).thenNothing();
});
