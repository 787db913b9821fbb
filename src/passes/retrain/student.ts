import type { Student } from './job.ts';
import type { Simulation } from './simulate.ts';

export function studentOf({ graph, custom, parameters, layers }: Simulation): Student {
  return { graph, custom, parameters, layers: layers.map(({ node }) => node) };
}
