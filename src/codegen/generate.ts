import type { MemoryPlan, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { byRows, type RowOptions } from './by-rows.ts';
import { type EmitOptions, emitC, type GeneratedFiles } from './emit.ts';
import { fedInput } from './fed-input.ts';
import { type FusedSums, fuseSums } from './fuse-sums.ts';
import { type LowerOptions, lowerGraph } from './lower/lower-graph.ts';
import { planMemory } from './plan-memory/index.ts';
import { orderCalls } from './plan-memory/order-calls.ts';
import { planConcat } from './plan-memory/plan-concat.ts';
import { planSlices } from './plan-memory/plan-slices.ts';
import { rollLoops } from './roll/index.ts';
import { keepStates } from './roll/keep-states.ts';
import { spareFlash, sparePairs } from './spare-flash.ts';
import { type Choosing, spareMemory } from './spare-memory.ts';

export interface GenerateOptions extends LowerOptions, EmitOptions, RowOptions {
  /** What code and tables may take. Default: no limit. */
  readonly flashBytes?: number;
}

export interface Generated {
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
}

/**
 * The back end, all of it: sums that convolutions make, graph to program, calls in the order of least memory, buffers to
 * offsets, kernels with smaller tables where the flash is too small and leaner ones where the arena is fullest, C.
 * @throws UserError UNSUPPORTED with every node that cannot become C
 */
export function generate(graph: Graph, given: GenerateOptions): Generated {
  const withSums = (sums: FusedSums) => ({ ...given, kernels: { ...given.kernels, sums } });
  const options = withSums(fuseSums(graph, (sums) => lowerGraph(graph, withSums(sums)), given));
  const { goal = 'balanced', pins } = options.kernels ?? {};
  const lowerOf =
    (graph: Graph) =>
    (choosing: Partial<Choosing>, rows: Pick<LowerOptions, 'segments' | 'fed'> = {}) =>
      lowerGraph(graph, { ...options, ...rows, kernels: { ...options.kernels, ...choosing } });
  const attemptOf = (lower: ReturnType<typeof lowerOf>) => (choosing: Choosing) => {
    const program = orderCalls(keepStates(rollLoops(planConcat(planSlices(lower(choosing))))));
    return { program, plan: planMemory(program) };
  };
  const lower = lowerOf(graph);
  const fits = spareFlash((without) => lower({ without }), options.flashBytes ?? Number.POSITIVE_INFINITY, pins);
  const ofBytes = withWeightsAsBytes(graph);
  const bytesProgram = () => (goal === 'speed' || ofBytes === null ? null : lowerOf(ofBytes)({}));
  const ruledOut = sparePairs((without) => lower({ without }), bytesProgram, fits, pins);
  const bytesArena = () =>
    ofBytes && !pins?.size ? spareMemory(attemptOf(lowerOf(ofBytes)), goal).plan.arenaBytes : Number.POSITIVE_INFINITY;
  const whole = spareMemory(attemptOf(lower), goal, ruledOut, bytesArena);
  const fed = options.inputRows ? fedInput(graph) : null;
  const rows = { ...options, goal, apart: new Set(pins?.keys()), fed };
  const { program, plan } = byRows(
    graph,
    whole,
    (segments) => attemptOf((choosing) => lower({ without: ruledOut, ...choosing }, { segments, fed }))({ goal }),
    rows,
  );
  return { program, plan, files: emitC(program, plan, options) };
}

/** The same codes without a format of their own; null where none has one. */
function withWeightsAsBytes(graph: Graph): Graph | null {
  let found = false;
  const types = new Map(
    [...graph.types].map(([value, type]) => {
      if (type.quant?.format === undefined) return [value, type] as const;
      found = true;
      const { format: _, ...quant } = type.quant;
      return [value, { ...type, quant }] as const;
    }),
  );
  return found ? { ...graph, types } : null;
}
