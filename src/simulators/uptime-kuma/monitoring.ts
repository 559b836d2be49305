import type { BeatBook, BeatRow } from './beats';
import type { MonitorObject } from './monitor';
import type { Condition, Seed } from './seed';
import { conditionOf, Status } from './seed';

export type ShownStatus = 'UP' | 'DOWN' | 'PENDING' | 'MAINTENANCE' | 'PAUSED';

/** The monitors of the instance, and their checks. What changes is told to everybody who is in. */
export interface Monitoring {
  list(): Record<string, MonitorObject>;
  get(id: unknown): MonitorObject | undefined;
  rows(id: number): BeatRow[];
  stats: BeatBook['stats'];
  /** All that are on check at once. */
  checkAll(): void;
  check(id: number): void;
  /** False: no monitor that is switched on has this token. Its group need not be, as in the real one. */
  push(token: string, report: Condition): boolean;
  /** What it finds from now on. */
  setCondition(id: number, condition: Condition): void;
  pause(id: number): void;
  resume(id: number): void;
  remove(id: unknown): void;
  /** Shows that at once, and on all that hang on it when it goes down or comes back. False: there is none of this name. */
  show(name: string, status: ShownStatus): boolean;
}

interface Parts {
  seed: Seed;
  book: BeatBook;
  tell(event: string, ...args: unknown[]): void;
}

/** All that cannot do without it, directly or not. */
function dependents(seed: Seed, id: number): number[] {
  const direct = Object.entries(seed.dependsOn).flatMap(([one, on]) => (on === id ? [Number(one)] : []));
  return direct.flatMap((one) => [one, ...dependents(seed, one)]);
}

type Monitors = ReadonlyMap<number, MonitorObject>;

function isGroupOn({ parent }: MonitorObject, monitors: Monitors): boolean {
  const group = monitors.get(Number(parent));
  return !group || (group.active && isGroupOn(group, monitors));
}

/** In a group that is off it counts as off too, and is checked all the same, as in the real one. */
function toldOf(monitor: MonitorObject, monitors: Monitors): MonitorObject {
  const forceInactive = !isGroupOn(monitor, monitors);
  return { ...monitor, active: monitor.active && !forceInactive, forceInactive };
}

const toldOfAll = (monitors: Monitors): Record<string, MonitorObject> =>
  Object.fromEntries([...monitors].map(([id, monitor]) => [id, toldOf(monitor, monitors)]));

export function createMonitoring({ seed, book, tell }: Parts): Monitoring {
  const monitors = new Map(seed.monitors.map((monitor) => [monitor.id, structuredClone(monitor)]));
  const conditions = new Map(Object.entries(seed.conditions).map(([id, condition]) => [Number(id), condition]));

  const tellSettings = (monitor: MonitorObject) =>
    tell('updateMonitorIntoList', { [monitor.id]: toldOf(monitor, monitors) });

  function tellBeat(id: number, { row, live }: ReturnType<BeatBook['check']>, isChecked: boolean): void {
    if (row.important && isChecked) tell('maintenanceList', seed.lists.maintenanceList);
    tell('heartbeat', live);
    for (const [event, ...args] of book.stats(id, id)) tell(event, ...args);
  }
  function check(id: number): void {
    const [monitor, condition] = [monitors.get(id), conditions.get(id)];
    if (monitor?.active && condition) tellBeat(id, book.check(monitor, condition), true);
  }
  function setActive(id: number, active: boolean): void {
    const monitor = monitors.get(id);
    if (!monitor) return;
    monitor.active = active;
    if (active) check(id);
    tellSettings(monitor);
  }
  return {
    list: () => toldOfAll(monitors),
    get: (id) => toldOfAll(monitors)[Number(id)],
    rows: book.rows,
    stats: book.stats,
    checkAll: () => [...monitors.keys()].forEach(check),
    check,
    push(token, report) {
      const monitor = [...monitors.values()].find(({ pushToken, active }) => active && pushToken === token);
      if (monitor) tellBeat(monitor.id, book.push(monitor, report), false);
      return monitor !== undefined;
    },
    setCondition: (id, condition) => void conditions.set(id, condition),
    pause: (id) => setActive(id, false),
    resume: (id) => setActive(id, true),
    remove(id) {
      monitors.delete(Number(id));
      book.forget(Number(id));
      tell('deleteMonitorFromList', id);
    },
    show(name, status) {
      const monitor = [...monitors.values()].find((one) => one.name === name);
      if (!monitor) return false;
      if (status === 'PAUSED') setActive(monitor.id, false);
      else {
        const follow = status === 'UP' || status === 'DOWN' ? dependents(seed, monitor.id) : [];
        for (const id of [monitor.id, ...follow]) {
          const one = monitors.get(id)!;
          conditions.set(id, conditionOf(Status[status]));
          one.maintenance = status === 'MAINTENANCE';
          if (one.active) check(id);
          else setActive(id, true);
        }
      }
      return true;
    },
  };
}
