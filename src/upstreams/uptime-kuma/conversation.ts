import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { SocketClient } from '../../mechanisms/socket';
import type { Board } from './board';
import { createBoard } from './board';
import type { Login } from './login';
import type { ReadBeats } from './shapes';
import { acknowledgement, failed, info, readAs, readBeatList, readId, readLiveBeat, readMonitors } from './shapes';
import type { BoardListener, UpstreamIdentity, UptimeKumaClient } from './uptime-kuma';

export interface ConversationParts {
  socket: SocketClient;
  login: Login;
  /** What somebody who asks waits for a connection that is being made, and we for its first word. */
  timeoutMs: number;
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

/** What the whole board may take after a login: with hundreds of monitors that is long. */
const BOARD_MS = 60_000;

export function createConversation(parts: ConversationParts): UptimeKumaClient {
  return new Conversation(parts);
}

/** What is said on the socket, and when: the order in which things come is the contract (contracts/uptime-kuma.md 2). */
class Conversation implements UptimeKumaClient {
  private listener: BoardListener | undefined;
  private session: Session | undefined;
  private version: string | null = null;
  private seenAt: number | null = null;
  private lastTrouble: UpstreamFailure | null = null;
  /** A try to connect and log in whose end is not known yet, and who waits for it. */
  private isTrying = false;
  private readonly waiting = new Set<() => void>();
  private readonly strangeThings = new Set<string>();

  /** What matters to us of all that is said. */
  private readonly hearing: Record<string, (current: Session, args: unknown[]) => void> = {
    info: (current, [value]) => this.introduced(current, value),
    autoLogin: (current) => this.entered(current),
    monitorList({ board }, [list]) {
      const { monitors, unreadable } = readMonitors(list);
      board.replace(monitors, unreadable);
    },
    updateMonitorIntoList: ({ board }, [list]) => this.changed(board.merge(readMonitors(list).monitors)),
    deleteMonitorFromList: ({ board }, [id]) => this.changed(board.remove(readId(id))),
    heartbeatList: ({ board }, args) => this.checked(readBeatList(args), board.history),
    heartbeat: ({ board }, [value]) => this.checked(readLiveBeat(value), board.beats),
  };

  constructor(private readonly parts: ConversationParts) {}

  watch(listener: BoardListener): void {
    this.listener = listener;
    this.isTrying = true;
    this.lastTrouble = null;
    this.parts.socket.open({
      connected: () => this.connected(),
      event: (name, args) => this.heard(name, args),
      lost: (failure) => this.lost(failure),
    });
  }

  stop(): void {
    this.parts.socket.close();
    this.leave();
    this.listener = undefined;
    this.seenAt = null;
    this.decided();
  }

  async identify(): Promise<UpstreamIdentity> {
    if (this.parts.socket.hurry()) this.isTrying = true;
    await this.outcome();
    if (!this.session?.isIn) throw this.lastTrouble ?? failed('TIMEOUT', 'did not let us in in time');
    await this.probe(); // one that is frozen keeps its connections for a while
    return { flavour: null, version: this.version, instanceId: null };
  }

  async probe(): Promise<Pick<UpstreamIdentity, 'instanceId'>> {
    if (!this.session?.isIn) throw this.lastTrouble ?? failed('UNREACHABLE', 'is not connected');
    const { socket } = this.parts;
    const answer = await socket.emit('getTags');
    try {
      if (!readAs(acknowledgement, answer, 'an answer').ok) throw failed('UPSTREAM_5XX', 'refuses to answer');
      this.seen();
      return { instanceId: null };
    } catch (error) {
      if (error instanceof UpstreamFailure) socket.drop(error); // what it pushed meanwhile may be of the same kind
      throw error;
    }
  }

  strange(): string[] {
    return [...this.strangeThings];
  }

  isLive(): boolean {
    return !!this.session?.isIn && this.session.board.isComplete();
  }

  silentForMs(): number | null {
    return this.seenAt === null ? null : this.parts.clock() - this.seenAt;
  }

  trouble(): Error | null {
    return this.lastTrouble;
  }

  private connected(): void {
    const board = createBoard({
      board: (services) => this.listener?.board(services),
      service: (service) => this.listener?.service(service),
      gone: (id) => this.listener?.gone(id),
    });
    this.session = { board, isIntroduced: false, isIn: false };
    const stranger = () => failed('WRONG_SHAPE', 'what answers does not say that it is Uptime Kuma');
    this.giveUpAfter(this.session, this.parts.timeoutMs, stranger);
  }

  private introduced(current: Session, value: unknown): void {
    this.version = readAs(info, value, 'the introduction').version ?? this.version;
    if (current.isIn && this.version !== null) this.decided();
    if (current.isIntroduced) return;
    current.isIntroduced = true;
    void this.enter(current);
  }

  /** What is said before the first `info` is lost there without a word (2.x), so the login waits for it. */
  private async enter(current: Session): Promise<void> {
    const { socket, login, log } = this.parts;
    clearTimeout(current.timer);
    try {
      await login.enter((event, ...args) => socket.emit(event, ...args));
      if (this.session === current) this.entered(current);
    } catch (error) {
      if (this.session !== current || current.isIn || !(error instanceof UpstreamFailure)) return;
      const { failure, retryAfterMs } = error;
      log.info({ upstream: 'uptime-kuma', failure, retryAfterMs }, 'not logged in');
      this.lastTrouble = error;
      this.decided();
      if (retryAfterMs === undefined) socket.drop(error);
      else current.timer = setTimeout(() => void this.enter(current), retryAfterMs);
    }
  }

  private entered(current: Session): void {
    if (current.isIn) return;
    clearTimeout(current.timer);
    current.isIn = true;
    this.lastTrouble = null;
    this.seen();
    this.parts.socket.settled();
    if (!current.board.isComplete()) {
      const late = () => failed('TIMEOUT', 'did not send its monitors in time');
      this.giveUpAfter(current, BOARD_MS, late);
    }
    if (this.version !== null) this.decided();
  }

  /** Of a group that is switched off or on 2.x tells nothing but the group itself; what is in it goes with it. */
  private changed(concernsOthers: boolean): void {
    if (!concernsOthers) return;
    this.parts.socket.emit('getMonitorList').catch((error: unknown) => {
      this.parts.log.info({ upstream: 'uptime-kuma', err: error }, 'the list of all monitors did not come');
    });
  }

  private checked({ monitorId, beats, strange }: ReadBeats, take: Board['beats']): void {
    for (const what of strange) this.strangeThings.add(what);
    take(monitorId, beats);
  }

  private heard(name: string, args: unknown[]): void {
    const { session } = this;
    const hear = Object.hasOwn(this.hearing, name) ? this.hearing[name] : undefined; // the name is the server's to choose
    if (!session || !hear) return;
    try {
      hear(session, args);
      this.seen();
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      const line = { upstream: 'uptime-kuma', event: name, err: error };
      this.parts.log.warn(line, 'something that cannot be read is left out');
    }
    if (this.isLive()) clearTimeout(session.timer);
  }

  private lost(failure: UpstreamFailure): void {
    this.leave();
    this.lastTrouble = failure;
    this.decided();
  }

  private leave(): void {
    clearTimeout(this.session?.timer);
    this.session = undefined;
  }

  private giveUpAfter(current: Session, ms: number, failure: () => UpstreamFailure): void {
    clearTimeout(current.timer);
    current.timer = setTimeout(() => this.parts.socket.drop(failure()), ms);
  }

  private seen(): void {
    this.seenAt = this.parts.clock();
  }

  private decided(): void {
    this.isTrying = false;
    for (const tell of this.waiting) tell();
    this.waiting.clear();
  }

  private async outcome(): Promise<void> {
    if (!this.isTrying) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.waiting.add(resolve);
      timer = setTimeout(resolve, this.parts.timeoutMs);
    });
    clearTimeout(timer);
  }
}
