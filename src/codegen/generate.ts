import type { MemoryPlan, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { type EmitOptions, emitC, type GeneratedFiles } from './emit.ts';
import { type LowerOptions, lowerGraph } from './lower/lower-graph.ts';
import { planMemory } from './plan-memory/index.ts';
import { orderCalls } from './plan-memory/order-calls.ts';
import { planConcat } from './plan-memory/plan-concat.ts';
import { planSlices } from './plan-memory/plan-slices.ts';
import { spareFlash } from './spare-flash.ts';
import { type Choosing, spareMemory } from './spare-memory.ts';

export interface GenerateOptions extends LowerOptions, EmitOptions {
  /** What code and tables may take. Default: no limit. */
  readonly flashBytes?: number;
}

export interface Generated {
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
}

/**
 * The back end, all of it: graph to program, calls in the order of least memory, buffers to offsets, kernels with smaller
 * tables where the flash is too small and leaner ones where the arena is fullest, C.
 * @throws UserError UNSUPPORTED with every node that cannot become C
 */
export function generate(graph: Graph, options: GenerateOptions): Generated {
  const lower = (choosing: Partial<Choosing>) =>
    lowerGraph(graph, { ...options, kernels: { ...options.kernels, ...choosing } });
  const attempt = (choosing: Choosing) => {
    const program = orderCalls(planConcat(planSlices(lower(choosing))));
    return { program, plan: planMemory(program) };
  };
  const { goal = 'balanced', pins } = options.kernels ?? {};
  const ruledOut = spareFlash((without) => lower({ without }), options.flashBytes ?? Number.POSITIVE_INFINITY, pins);
  const { program, plan } = spareMemory(attempt, goal, ruledOut);
  return { program, plan, files: emitC(program, plan, options) };
}
