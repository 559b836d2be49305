import type { Monitor } from './shapes';
import type { BoardListener, UpstreamBeat, UpstreamService } from './uptime-kuma';

/** The monitors of one connection and their checks, put together from what arrives in whatever order. */
export interface Board {
  /** The whole list. What it has under `unreadable` ids stays as it was. */
  replace(monitors: Monitor[], unreadable: string[]): void;
  /** True: what is filed under them is another than before, and only the whole list tells how. */
  merge(monitors: Monitor[]): boolean;
  /** The same. */
  remove(id: string): boolean;
  /** The checks from before the login, as often as they come. */
  history(id: string, beats: UpstreamBeat[]): void;
  beats(id: string, beats: UpstreamBeat[]): void;
  /** Whether the list and the history of each of its monitors have come. */
  isComplete(): boolean;
}

/** Twice what a history has at most. */
const MOST_HELD = 200;

/** Checks that were not told yet, by monitor: each once, oldest first. */
function createHeldBeats() {
  const held = new Map<string, UpstreamBeat[]>();
  const toldUpTo = new Map<string, string>();
  return {
    add(id: string, beats: UpstreamBeat[]): void {
      const told = toldUpTo.get(id) ?? '';
      const byTime = new Map((held.get(id) ?? []).map((beat) => [beat.at, beat]));
      for (const beat of beats) if (beat.at > told) byTime.set(beat.at, beat);
      const inOrder = [...byTime.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
      held.set(id, inOrder.slice(-MOST_HELD));
    },
    has: (id: string) => !!held.get(id)?.length,
    take(id: string): UpstreamBeat[] {
      const beats = held.get(id) ?? [];
      held.delete(id);
      const last = beats.at(-1);
      if (last) toldUpTo.set(id, last.at);
      return beats;
    },
    drop: (id: string) => void held.delete(id),
  };
}

/**
 * Tells of the whole board once it is complete, and from then on of what is new. Checks may come before the list that names their
 * monitor, twice (live and in the history), and before the news that their monitor was switched on again.
 */
export function createBoard(listener: BoardListener): Board {
  let monitors = new Map<string, Monitor>();
  let isListed = false;
  let isTold = false;
  const histories = new Set<string>();
  const held = createHeldBeats();

  /** Of a monitor that is switched off nothing counts: what came late waits until it is on again. */
  function take({ id, name, type, parent, active }: Monitor): UpstreamService {
    const group = parent ? (monitors.get(parent)?.name ?? null) : null;
    return { externalId: id, name, group, type, paused: !active, beats: active ? held.take(id) : [] };
  }

  /** Whether something is filed under it. */
  const hasOthers = (id: string) => [...monitors.values()].some(({ parent }) => parent === id);
  const isOtherwise = ({ id, name, active }: Monitor) => {
    const before = monitors.get(id);
    return before?.active !== active || before.name !== name;
  };

  const isComplete = () => isListed && [...monitors.keys()].every((id) => histories.has(id));
  function tellAll(): void {
    if (!isComplete() && !isTold) return;
    isTold = true;
    listener.board([...monitors.values()].map(take));
  }
  function tell(id: string): void {
    const monitor = monitors.get(id);
    if (isTold && monitor) listener.service(take(monitor));
  }

  return {
    replace(list, unreadable) {
      const kept = unreadable.flatMap((id) => monitors.get(id) ?? []);
      monitors = new Map([...list, ...kept].map((monitor) => [monitor.id, monitor]));
      isListed = true;
      tellAll();
    },
    merge(list) {
      const concernsOthers = list.some((monitor) => hasOthers(monitor.id) && isOtherwise(monitor));
      for (const monitor of list) monitors.set(monitor.id, monitor);
      for (const { id } of list) tell(id);
      return concernsOthers;
    },
    remove(id) {
      monitors.delete(id);
      held.drop(id);
      if (isTold) listener.gone(id);
      else tellAll();
      return hasOthers(id);
    },
    history(id, beats) {
      held.add(id, beats);
      histories.add(id);
      if (!isTold) tellAll();
      else if (held.has(id)) tell(id);
    },
    beats(id, beats) {
      held.add(id, beats);
      if (monitors.get(id)?.active) tell(id);
    },
    isComplete,
  };
}
