import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { SocketClient } from '../../mechanisms/socket';
import type { Board } from './board';
import { createBoard } from './board';
import type { Login } from './login';
import type { ReadBeats } from './shapes';
import { acknowledgement, failed, info, readAs, readBeatList, readId, readLiveBeat, readMonitors } from './shapes';
import type { BoardListener, UptimeKumaClient } from './uptime-kuma';

export interface ConversationParts {
  socket: SocketClient;
  login: Login;
  /** What somebody who asks waits for a connection that is being made, and we for its first word. */
  timeoutMs: number;
  /** What the whole board may take after a login: with hundreds of monitors that is long. */
  boardMs?: number;
  /** Monotonic. */
  clock: () => number;
  log: Logger;
}

/** One connection, from the handshake to its loss. */
interface Session {
  board: Board;
  isIntroduced: boolean;
  isIn: boolean;
  /** Ends it, or tries to log in again. */
  timer?: NodeJS.Timeout;
}

const BOARD_MS = 60_000;

/** What is said on the socket, and when: the order in which things come is the contract (contracts/uptime-kuma.md 2). */
export function createConversation(parts: ConversationParts): UptimeKumaClient {
  const { socket, login, timeoutMs, boardMs = BOARD_MS, clock, log } = parts;
  let listener: BoardListener | undefined;
  let session: Session | undefined;
  let version: string | null = null;
  let seenAt: number | null = null;
  let trouble: UpstreamFailure | null = null;
  /** A try to connect and log in whose end is not known yet, and who waits for it. */
  let isTrying = false;
  const waiting = new Set<() => void>();

  function decided(): void {
    isTrying = false;
    for (const tell of waiting) tell();
    waiting.clear();
  }
  const seen = () => void (seenAt = clock());
  const isLive = () => !!session?.isIn && session.board.isComplete();

  function giveUpAfter(current: Session, ms: number, failure: () => UpstreamFailure): void {
    clearTimeout(current.timer);
    current.timer = setTimeout(() => socket.drop(failure()), ms);
  }

  function connected(): void {
    const hears: BoardListener = {
      board: (services) => listener?.board(services),
      service: (service) => listener?.service(service),
      gone: (id) => listener?.gone(id),
    };
    session = { board: createBoard(hears), isIntroduced: false, isIn: false };
    giveUpAfter(session, timeoutMs, () => failed('WRONG_SHAPE', 'what answers does not say that it is Uptime Kuma'));
  }

  /** What is said before the first `info` is lost there without a word (2.x), so the login waits for it. */
  async function enter(current: Session): Promise<void> {
    clearTimeout(current.timer);
    try {
      await login.enter((event, ...args) => socket.emit(event, ...args));
      if (session === current) entered(current);
    } catch (error) {
      if (session !== current || current.isIn || !(error instanceof UpstreamFailure)) return;
      trouble = error;
      log.info({ upstream: 'uptime-kuma', failure: error.failure, retryAfterMs: error.retryAfterMs }, 'not logged in');
      decided();
      if (error.retryAfterMs === undefined) socket.drop(error);
      else current.timer = setTimeout(() => void enter(current), error.retryAfterMs);
    }
  }

  function entered(current: Session): void {
    if (current.isIn) return;
    clearTimeout(current.timer);
    Object.assign(current, { isIn: true });
    trouble = null;
    seen();
    socket.settled();
    if (!current.board.isComplete()) {
      giveUpAfter(current, boardMs, () => failed('TIMEOUT', 'did not send its monitors in time'));
    }
    if (version !== null) decided();
  }

  function introduce(current: Session, value: unknown): void {
    version = readAs(info, value, 'the introduction').version ?? version;
    if (current.isIn && version !== null) decided();
    if (current.isIntroduced) return;
    current.isIntroduced = true;
    void enter(current);
  }

  function beats({ monitorId, beats: read, strange }: ReadBeats, take: Board['beats']): void {
    if (strange > 0)
      log.warn({ upstream: 'uptime-kuma', monitorId, strange }, 'checks that cannot be read are left out');
    take(monitorId, read);
  }

  /** What matters to us of all that is said. */
  const hearing: Record<string, (current: Session, args: unknown[]) => void> = {
    info: (current, [value]) => introduce(current, value),
    autoLogin: (current) => entered(current),
    monitorList({ board }, [list]) {
      const { monitors, unreadable } = readMonitors(list);
      board.replace(monitors, unreadable);
    },
    updateMonitorIntoList: ({ board }, [list]) => board.merge(readMonitors(list).monitors),
    deleteMonitorFromList: ({ board }, [id]) => board.remove(readId(id)),
    heartbeatList: ({ board }, args) => beats(readBeatList(args), board.history),
    heartbeat: ({ board }, [value]) => beats(readLiveBeat(value), board.beats),
  };

  function event(name: string, args: unknown[]): void {
    const hear = hearing[name];
    if (!session || !hear) return;
    try {
      hear(session, args);
      seen();
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      log.warn({ upstream: 'uptime-kuma', event: name, err: error }, 'something that cannot be read is left out');
    }
    if (isLive()) clearTimeout(session.timer);
  }

  function leave(): void {
    clearTimeout(session?.timer);
    session = undefined;
  }
  function lost(failure: UpstreamFailure): void {
    leave();
    trouble = failure;
    decided();
  }

  async function outcome(): Promise<void> {
    if (!isTrying) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      waiting.add(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  return {
    watch(hears) {
      listener = hears;
      isTrying = true;
      trouble = null;
      socket.open({ connected, event, lost });
    },
    stop() {
      socket.close();
      leave();
      listener = undefined;
      seenAt = null;
      decided();
    },
    async identify() {
      if (socket.hurry()) isTrying = true;
      await outcome();
      if (session?.isIn) return { flavour: null, version };
      throw trouble ?? failed('TIMEOUT', 'did not let us in in time');
    },
    async probe() {
      if (!session?.isIn) throw trouble ?? failed('UNREACHABLE', 'is not connected');
      const answer = await socket.emit('getTags');
      try {
        if (!readAs(acknowledgement, answer, 'an answer').ok) throw failed('UPSTREAM_5XX', 'refuses to answer');
        seen();
      } catch (error) {
        if (error instanceof UpstreamFailure) socket.drop(error); // what it pushed meanwhile may be of the same kind
        throw error;
      }
    },
    isLive,
    silentForMs: () => (seenAt === null ? null : clock() - seenAt),
    trouble: () => trouble,
  };
}
