export type UpstreamBeatStatus = 'UP' | 'DOWN' | 'PENDING' | 'MAINTENANCE';

/** What one check of a monitor found. */
export interface UpstreamBeat {
  status: UpstreamBeatStatus;
  /** By the clock of Uptime Kuma, ISO 8601 UTC. */
  at: string;
  message: string | null;
  /** How long the target took; null where nothing was measured. */
  pingMs: number | null;
}

/** A monitor there, and its checks since it was last told of, oldest first. */
export interface UpstreamService {
  /** Its id there, as text. */
  externalId: string;
  name: string;
  /** What it is filed under there. */
  group: string | null;
  /** How it is checked: `http`, `ping`, `group`… */
  type: string;
  /** Switched off there: nobody checks it. */
  paused: boolean;
  beats: UpstreamBeat[];
}

/** Hears what the board there shows. Nothing is told twice but by `board`, which may repeat what was known before it. */
export interface BoardListener {
  /** Everything, after each login and whenever the whole list comes anew: what is not in it is gone. */
  board(services: UpstreamService[]): void;
  /** Something new of one. */
  service(service: UpstreamService): void;
  gone(externalId: string): void;
}

/** The product has one flavour, and says nothing that tells one installation from another. */
export interface UpstreamIdentity {
  flavour: null;
  version: string | null;
  instanceId: null;
}

/** One connection for as long as somebody watches. */
export interface UptimeKumaClient {
  /** Begins to watch: connects, logs in, and comes back by itself after every loss. */
  watch(listener: BoardListener): void;
  /** Leaves. */
  stop(): void;
  /** Waits for a connection that is being made. Causes no login of its own. Throws UpstreamFailure. */
  identify(): Promise<UpstreamIdentity>;
  /** One cheap call that proves life and login. Throws UpstreamFailure. */
  probe(): Promise<Pick<UpstreamIdentity, 'instanceId'>>;
  /** What it said that we do not know. */
  strange(): string[];
  /** Whether the whole board was told on the connection that stands. */
  isLive(): boolean;
  /** How long ago something came that made sense; null: nothing yet. */
  silentForMs(): number | null;
  /** Why there is no connection, once that is known. */
  trouble(): Error | null;
}
