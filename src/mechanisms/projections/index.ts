export { monitorProjections } from './monitoring';
export type { Projection, ProjectionState } from './projection';
export type { ProjectionEngine, ProjectionEngineParts } from './engine';
export { createProjectionEngine } from './engine';
export type { Projections, ProjectionsParts, ProjectionStatus } from './projections';
export { createProjections } from './projections';
export { lateness } from './lateness';
export type { View, Views } from './views';
export { createViews } from './views';
