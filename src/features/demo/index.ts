import type { ResolverMount } from '../../mechanisms/graphql';
import { demoAccess } from './policy';
import type { DemoParts, Simulated } from './resolvers';
import { DemoResolver } from './resolvers';

export type { DemoParts, Simulated };

/** The switches of the simulators as an API: mounted in demo mode only. */
export function createDemoFeature(parts: DemoParts) {
  const resolvers: ResolverMount[] = [[DemoResolver, new DemoResolver(parts)]];
  return { resolvers, access: demoAccess };
}
