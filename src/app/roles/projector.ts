import type { House } from '../wiring';

/** Keeps read models and reactors going, each led by one process. */
export function startProjector({ engine }: House): () => Promise<void> {
  engine.start();
  return () => engine.stop();
}
