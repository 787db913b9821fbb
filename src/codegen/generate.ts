import type { MemoryPlan, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { type EmitOptions, emitC, type GeneratedFiles } from './emit.ts';
import { type LowerOptions, lowerGraph } from './lower/lower-graph.ts';
import { planMemory } from './plan-memory/index.ts';
import { orderCalls } from './plan-memory/order-calls.ts';
import { planConcat } from './plan-memory/plan-concat.ts';
import { planSlices } from './plan-memory/plan-slices.ts';
import { spareMemory } from './spare-memory.ts';

export type GenerateOptions = LowerOptions & EmitOptions;

export interface Generated {
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
}

/**
 * The back end, all of it: graph to program, calls in the order of least memory, buffers to offsets, leaner kernels
 * where the arena is fullest, C.
 * @throws UserError UNSUPPORTED with every node that cannot become C
 */
export function generate(graph: Graph, options: GenerateOptions): Generated {
  const { program, plan } = spareMemory((without) => {
    const kernels = { ...options.kernels, without };
    const program = orderCalls(planConcat(planSlices(lowerGraph(graph, { ...options, kernels }))));
    return { program, plan: planMemory(program) };
  }, options.kernels?.goal ?? 'balanced');
  return { program, plan, files: emitC(program, plan, options) };
}
