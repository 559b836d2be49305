import { Arg, Int, Mutation, Query, Resolver } from 'type-graphql';
import { InvalidInput, NotFound } from '../../mechanisms/errors';
import { answering, pageSize } from '../../mechanisms/graphql';
import { SignInPayload } from '../accounts/types';
import type { Session } from '../accounts/types';
import { ConnectionInfo, ConnectionKind } from '../connections/types';
import { Service, ServiceStatus } from '../status/types';
import { DemoCall, Fault } from './types';

/** A simulated service and what the demo may do to it. */
export interface Simulated {
  setFault(fault: keyof typeof Fault, delayMs?: number): Promise<void>;
  calls(first: number): Promise<{ at: Date; method: string; path: string; status: number }[]>;
  /** Looks at the connection to it, and tells how it is. */
  check(): Promise<ConnectionInfo>;
}

export interface DemoParts {
  simulated: Partial<Record<ConnectionKind, Simulated | undefined>>;
  /** A session of a demo account; throws NotFound. */
  signIn(name: string): Promise<Session>;
  /** What a simulated monitor shows from now on; null: there is none of this name. */
  setMonitor(name: string, status: ShownStatus): Promise<Service | null>;
}

/** What a monitor can show. The rest of the statuses says that there is none, or none that knows. */
type ShownStatus = Exclude<keyof typeof ServiceStatus, 'UNKNOWN' | 'DEGRADED'>;

const LONGEST_DELAY_MS = 60_000;

@Resolver()
export class DemoResolver {
  constructor(private readonly parts: DemoParts) {}

  private simulated(kind: ConnectionKind): Simulated {
    const simulated = this.parts.simulated[kind];
    if (!simulated) throw new NotFound(`${kind} is not simulated here.`);
    return simulated;
  }

  @Mutation(() => ConnectionInfo, {
    description: 'What the simulator of a service does from now on; answers how the connection is then.',
  })
  async demoSetFault(
    @Arg('kind', () => ConnectionKind, { description: 'Which service.' }) kind: ConnectionKind,
    @Arg('fault', () => Fault, { description: 'What it does.' }) fault: Fault,
    @Arg('delayMs', () => Int, { nullable: true, description: 'With SLOW: how long it waits; 3000 unless said.' })
    delayMs?: number,
  ): Promise<ConnectionInfo> {
    if (delayMs !== undefined && (delayMs < 0 || delayMs > LONGEST_DELAY_MS)) {
      throw new InvalidInput(`delayMs is 0 to ${LONGEST_DELAY_MS}, not ${delayMs}`, ['delayMs']);
    }
    const simulated = this.simulated(kind);
    await simulated.setFault(fault, delayMs);
    return simulated.check();
  }

  @Mutation(() => Service, {
    description:
      'What a simulated monitor finds from now on. With DOWN and UP go those that cannot do without it: with the NAS all that live on it.',
  })
  async demoSetMonitor(
    @Arg('name', () => String, { description: 'Like NAS.' }) name: string,
    @Arg('status', () => ServiceStatus, { description: 'UP, DOWN, PENDING, MAINTENANCE or PAUSED.' })
    status: keyof typeof ServiceStatus,
  ): Promise<Service> {
    if (status === 'UNKNOWN' || status === 'DEGRADED') {
      throw new InvalidInput(`a monitor can show UP, DOWN, PENDING, MAINTENANCE or PAUSED, not ${status}`, ['status']);
    }
    const service = await this.parts.setMonitor(name, status);
    if (!service) throw new NotFound(`No simulated monitor is called ${name}.`);
    return service;
  }

  @Mutation(() => SignInPayload, { description: 'A token of a demo account (ben, cleo), for the admin of the demo.' })
  demoSignIn(@Arg('name', () => String, { description: 'Like ben.' }) name: string): Promise<SignInPayload> {
    return answering<SignInPayload>(async () => ({ session: await this.parts.signIn(name) }));
  }

  @Query(() => [DemoCall], {
    description: "What the simulator's own log says that it received, newest first: the judge of 'exactly once'.",
  })
  async demoUpstreamCalls(
    @Arg('kind', () => ConnectionKind, { description: 'Which service.' }) kind: ConnectionKind,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1 to 100.' }) first: number,
  ): Promise<DemoCall[]> {
    return this.simulated(kind).calls(pageSize(first));
  }
}
