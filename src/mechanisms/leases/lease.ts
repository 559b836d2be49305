/** The right to lead, for as long as it is renewed. It is no proof: whoever writes as leader fences its write by `epoch`. */
export interface Lease {
  readonly name: string;
  /** Raised by every acquisition; a smaller one is a dismissed holder's. */
  readonly epoch: bigint;
  /** False once a renewal found another holder, or after the release. */
  held(): boolean;
  release(): Promise<void>;
}

export interface AcquireOptions {
  /** The graphile-worker pool that this lease answers for. */
  workerPoolId?: string;
  /** Called when a renewal finds the lease gone. */
  onLost?: () => void;
}

/** Leases of one process, held in Postgres and timed by its clock. */
export interface Leases {
  /** This process, as the rows call it. */
  readonly holder: string;
  /** How long a lease outlives its last renewal. */
  readonly leaseMs: number;
  /** Null: another process holds it. A lease of our own is taken anew, with a higher epoch. */
  acquire(name: string, options?: AcquireOptions): Promise<Lease | null>;
  /** Stops renewing and gives back what is held, so that others need not wait. */
  close(): Promise<void>;
}
