import { household } from '../world';
import type { MonitorObject } from './monitor';
import { monitorObject } from './monitor';

/** What a monitor finds whenever it checks. Status by the server's numbers. */
export interface Condition {
  status: Status;
  msg: string;
  /** Milliseconds; null: nothing was measured. */
  ping: number | null;
}
export const Status = { DOWN: 0, UP: 1, PENDING: 2, MAINTENANCE: 3 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** What an instance holds when it starts. */
export interface Seed {
  monitors: MonitorObject[];
  /** What each will find; one without is only pushed to. */
  conditions: Record<number, Condition>;
  settings: { primaryBaseURL: string | null; serverTimezone: string; serverTimezoneOffset: string };
  /** Nobody has told it a time zone: it takes the answer of the next who comes in for everybody's. */
  wantsTimezone?: boolean;
  /** Lists that nobody changes here, as the server sends them. */
  lists: {
    maintenanceList: object;
    notificationList: object[];
    apiKeyList: object[];
    statusPageList: object;
    monitorTypeList: object;
  };
  /** Who hangs on whom: with a target go those that cannot do without it. */
  dependsOn: Record<number, number>;
}

export const conditionOf = (status: Status): Condition =>
  ({
    [Status.DOWN]: { status, msg: 'connect EHOSTUNREACH', ping: null },
    [Status.UP]: { status, msg: '200 - OK', ping: 4 },
    [Status.PENDING]: { status, msg: 'timeout of 48000ms exceeded', ping: null },
    [Status.MAINTENANCE]: { status, msg: 'Monitor under maintenance', ping: null },
  })[status];

/** The household's monitors, all of them up. */
export const householdSeed = (): Seed => seedOf(household.monitors);

/** An instance that watches these, all of them up. */
export function seedOf(monitors: readonly { name: string; dependsOn: string | null }[]): Seed {
  const idOf = (name: string) => monitors.findIndex((one) => one.name === name) + 1;
  const host = (name: string) => `${name.toLowerCase().replaceAll(' ', '-')}.household.test`;
  return {
    monitors: monitors.map(({ name }) =>
      monitorObject({ id: idOf(name), name, type: 'http', url: `http://${host(name)}/` }),
    ),
    conditions: Object.fromEntries(monitors.map(({ name }) => [idOf(name), conditionOf(Status.UP)])),
    settings: { primaryBaseURL: null, serverTimezone: 'Europe/Berlin', serverTimezoneOffset: '+01:00' },
    lists: { maintenanceList: {}, notificationList: [], apiKeyList: [], statusPageList: {}, monitorTypeList: {} },
    dependsOn: Object.fromEntries(
      monitors.flatMap(({ name, dependsOn }) => (dependsOn === null ? [] : [[idOf(name), idOf(dependsOn)]])),
    ),
  };
}
