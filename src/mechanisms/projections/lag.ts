import type { ProjectionStatus } from './projections';

/**
 * What is wrong with how far projections are, in words for an operator; null: nothing. One that is stopped is late as soon as there is something
 * that it should have seen for so long. One whose rows are made anew shows those of before meanwhile, and that is no fault.
 */
export function describeLag(statuses: readonly ProjectionStatus[], boundMs: number): string | null {
  const late = statuses.filter((one) => one.lagMs === null || (one.lagMs > boundMs && !isMade(one))).map(tell);
  return late.length > 0 ? late.join('; ') : null;
}

const isMade = ({ state, rebuild }: ProjectionStatus): boolean => state === 'REBUILDING' && !rebuild?.error;

function tell({ name, state, lagMs }: ProjectionStatus): string {
  const stopped = state === 'STOPPED' ? ', stopped by an error' : '';
  return lagMs === null
    ? `how far ${name} is cannot be told`
    : `${name} is ${Math.round(lagMs / 1_000)} s behind${stopped}`;
}
