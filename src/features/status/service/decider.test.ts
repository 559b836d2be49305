import { given } from '../../../mechanisms/event-store/testing';
import { serviceDecider } from './decider';
import type { ServiceEvent } from './events';
import { check, discovered, fact, ID, iso, seen } from './testing';

const service = (past: ServiceEvent[] = []) => given(serviceDecider, past);
const up = [discovered(), fact('ServiceCameUp', 10)];
const paused = [...up, fact('ServicePaused', 20)];

describe('discovering', () => {
  it('tells how it is and since when, not the story before', () => {
    service()
      .when(seen([check('UP', 1), check('DOWN', 2), check('UP', 3), check('UP', 4)], { group: 'At home' }))
      .then([discovered({ group: 'At home' }), fact('ServiceCameUp', 3)]);
  });

  it('leaves a service unknown that nobody checked yet', () => {
    service().when(seen([])).then([discovered()]);
    service()
      .when(seen([]))
      .thenState((state) => expect(state.service).toMatchObject({ status: 'UNKNOWN', since: null }));
  });

  it('knows one that is switched off', () => {
    service()
      .when(seen([], { paused: true }))
      .then([discovered(), fact('ServicePaused', 1_000)]);
  });
});

describe('checks', () => {
  it('add nothing while nothing changes', () => {
    service(up)
      .when(seen([check('UP', 20), check('UP', 30)]))
      .thenNothing();
  });

  it('become a fact for every change, in their order', () => {
    service(up)
      .when(seen([check('UP', 20), check('PENDING', 30), check('DOWN', 40), check('DOWN', 50), check('UP', 60)]))
      .then([
        fact('ServiceBecamePending', 30),
        fact('ServiceWentDown', 40),
        fact('ServiceCameUp', 60, { downForMs: 20_000 }),
      ]);
  });

  it('that are told again, by whomever, add nothing', () => {
    const flip = [check('DOWN', 20), check('UP', 30)];
    const told = [...up, fact('ServiceWentDown', 20), fact('ServiceCameUp', 30, { downForMs: 10_000 })];
    service(told).when(seen(flip)).thenNothing();
    service(told)
      .when(seen([check('DOWN', 20)]))
      .thenNothing();
    service([...up, fact('ServiceWentDown', 20)])
      .when(seen(flip))
      .then([told.at(-1)!]);
  });

  it('carry what they said', () => {
    service(up)
      .when(seen([{ ...check('DOWN', 20), message: 'refused' }]))
      .then([fact('ServiceWentDown', 20, { message: 'refused' })]);
  });

  it('begin and end a maintenance', () => {
    service(up)
      .when(seen([check('MAINTENANCE', 20)]))
      .then([fact('MaintenanceStarted', 20)]);
    service([...up, fact('MaintenanceStarted', 20)])
      .when(seen([check('DOWN', 30)]))
      .then([fact('MaintenanceEnded', 30), fact('ServiceWentDown', 30)]);
  });
});

describe('a switch', () => {
  it('turns it off, once', () => {
    service(up)
      .when(seen([], { paused: true }))
      .then([fact('ServicePaused', 1_000)]);
    service(paused)
      .when(seen([], { paused: true }))
      .thenNothing();
  });

  it('turns it on with the next check, even one from before by our clock', () => {
    service(paused).when(seen([])).thenNothing();
    service(paused)
      .when(seen([check('UP', 15)]))
      .then([fact('ServiceResumed', 15), fact('ServiceCameUp', 15)]);
  });
});

describe('the board', () => {
  it('renames and files elsewhere', () => {
    service(up)
      .when(seen([], { name: 'Plex at home', group: 'Media' }))
      .then([
        { type: 'ServiceRenamedUpstream', data: { serviceId: ID, from: 'Plex', to: 'Plex at home' } },
        { type: 'ServiceRegroupedUpstream', data: { serviceId: ID, to: 'Media' } },
      ]);
    const filed = [discovered({ group: 'Media' })];
    service(filed)
      .when(seen([]))
      .then([{ type: 'ServiceRegroupedUpstream', data: { serviceId: ID, from: 'Media' } }]);
  });

  it('loses a service, once, and may have it again as a new one', () => {
    const retire = { type: 'RetireService', serviceId: ID, observedAt: iso(30) } as const;
    const retired = [...up, fact('ServiceRetired', 30)];
    service(up)
      .when(retire)
      .then([fact('ServiceRetired', 30)]);
    service(retired).when(retire).thenNothing();
    service().when(retire).thenNothing();
    service(retired)
      .when(seen([check('DOWN', 5)]))
      .then([discovered(), fact('ServiceWentDown', 5)]);
  });
});
