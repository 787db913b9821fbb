import type { MemoryPlan, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { type EmitOptions, emitC, type GeneratedFiles } from './emit.ts';
import { type LowerOptions, lowerGraph } from './lower/lower-graph.ts';
import { planMemory } from './plan-memory/index.ts';
import { orderCalls } from './plan-memory/order-calls.ts';
import { planConcat } from './plan-memory/plan-concat.ts';
import { planSlices } from './plan-memory/plan-slices.ts';

export type GenerateOptions = LowerOptions & EmitOptions;

export interface Generated {
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
}

/**
 * The back end, all of it: graph to program, calls in the order of least memory, buffers to offsets, C.
 * @throws UserError UNSUPPORTED with every node that cannot become C
 */
export function generate(graph: Graph, options: GenerateOptions): Generated {
  const program = orderCalls(planConcat(planSlices(lowerGraph(graph, options))));
  const plan = planMemory(program);
  return { program, plan, files: emitC(program, plan, options) };
}
