import type { Goal } from '../../ir/lowering.ts';
import type { Port, Program, RefusedKernel } from '../../ir/program.ts';
import { channelsLast, sameStorage } from '../../ir/storage.ts';
import type { Graph, Node, TensorType } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { planRows, type Segment } from '../../schedule/index.ts';
import { invariant, UserError } from '../../support/errors.ts';
import type { FedInput } from '../fed-input.ts';
import type { FusedSums } from '../fuse-sums.ts';
import { checkPins } from './check-pins.ts';
import { inputStorages } from './input-storage.ts';
import { lowerRows } from './lower-rows.ts';
import { nodeBuilder, Refusal } from './node-builder.ts';
import { type ProgramBuilder, startProgram } from './program-builder.ts';

export interface LowerOptions {
  /** C prefix of everything generated. */
  readonly name: string;
  /** Target features: 'dsp', 'mve', 'fpu', ... */
  readonly features?: ReadonlySet<string>;
  /** 'native': inputs and outputs lie as the kernels want them (images channels-last); 'onnx': plain row-major. */
  readonly ioLayout?: 'native' | 'onnx';
  readonly kernels?: KernelOptions;
  /** Layers that are computed together, row by row. */
  readonly segments?: readonly Segment[];
  /** What comes row by row: one of these reads it. */
  readonly fed?: FedInput | null;
}

/** What decides between kernels. */
export interface KernelOptions {
  /** Default balanced. */
  readonly goal?: Goal;
  /** Name of the core, for the cost model. */
  readonly core?: string;
  /** Kernel by ONNX node name. */
  readonly pins?: ReadonlyMap<string, string>;
  /** Kernels that a node must not get, by its name. */
  readonly without?: ReadonlyMap<string, readonly RefusedKernel[]>;
  /** Convolutions by the Add that each of them makes in the place of its result. */
  readonly sums?: FusedSums;
  /** Nodes whose kernels are chosen as for 'balanced' whatever the goal. */
  readonly hurried?: ReadonlySet<string>;
}

/**
 * Graph -> Program: one call per node that computes, none for views; layouts chosen on the way.
 * Collects everything that cannot become C into one UNSUPPORTED error.
 */
export function lowerGraph(graph: Graph, options: LowerOptions): Program {
  const program = startProgram(graph, options.name, options.features ?? new Set());
  const native = options.ioLayout !== 'onnx';
  const { fed = null } = options;
  for (const [value, storage] of inputStorages(graph, native)) program.addInput(value, storage, value === fed?.input);

  const { goal = 'balanced', core = '', pins, without, hurried, sums = new Map() } = options.kernels ?? {};
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const withSums = new Set(sums.values());
  const segments = new Map((options.segments ?? []).map((segment) => [segment.at(-1), segment]));
  const inSegments = new Set((options.segments ?? []).flat());
  const refusals: string[] = [];
  for (const node of graph.nodes) {
    if (withSums.has(node.name)) continue;
    try {
      const segment = segments.get(node);
      if (segment) lowerSegment(segment);
      if (inSegments.has(node)) continue;
      const conv = nodes.get(sums.get(node.name) ?? '');
      if (conv) lowerTogether(conv, node);
      else lowerNode(node);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(`${describeNode(graph, node)}: ${error.message}`);
      program.abandon(node);
    }
  }
  if (refusals.length > 0) {
    throw new UserError({
      code: 'UNSUPPORTED',
      message: `${refusals.length} node${refusals.length === 1 ? '' : 's'} cannot become C`,
      because: refusals,
      hint: 'run "nibblec ops" for what is supported, or rewrite these nodes before exporting the model',
    });
  }
  const finished = { ...program.finish(native), ...(fed && { fed: fed.input }) };
  checkPins(pins ?? new Map(), finished.calls, graph);
  return finished;

  /** One layer, or two where no kernel makes the sum. */
  function lowerTogether(conv: Node, add: Node): void {
    try {
      lowerNode(conv, add);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      lowerNode(conv);
      lowerNode(add);
    }
  }

  /** As one call, or layer by layer where one of them has no kernel for rows. */
  function lowerSegment(segment: Segment): void {
    const takesRows = fed !== null && segment.some(({ inputs }) => inputs.includes(fed.value));
    if (takesRows) checkRowsLie(program.port(fed.value));
    const together = [true, false].some((inPlace) => {
      const plan = planRows(graph, segment, { inPlace, fed: fed?.value ?? null });
      return plan && lowerRows(program, plan, (part, node, pin) => lowerNode(node, null, part, pin));
    });
    if (together) return;
    if (takesRows) throw new Refusal('what comes row by row needs layers of which each makes a row by itself');
    for (const node of segment) lowerNode(node);
  }

  function lowerNode(
    node: Node,
    sum: Node | null = null,
    into: ProgramBuilder = program,
    pin: string | null = null,
  ): void {
    const definition = findOp(node.domain, node.op);
    const wish = {
      goal: hurried?.has(node.name) ? 'balanced' : goal,
      core,
      pin: pin ?? pins?.get(node.name) ?? null,
      without: without?.get(node.name) ?? [],
      sums: withSums.size > 0,
    };
    const builder = nodeBuilder(into, node, wish, sum);
    if (!definition?.lower) return builder.refuse('no C for this operator yet');
    definition.lower(node, builder);
    for (const output of (sum ?? node).outputs) {
      invariant(output === null || into.has(output), `lowering ${node.op} '${node.name}' left '${output}' unwritten`);
    }
  }
}

/** One behind the other, all channels of a column together. */
function checkRowsLie({ storage, shape }: Port): void {
  if (!sameStorage(storage, channelsLast(shape)))
    throw new Refusal('the rows of its input do not lie one behind the other: leave out --io-layout onnx');
}

/** "Conv 'block2/conv' (f32[1,4,8,8], f32[4,4,3,3]) -> f32[1,4,6,6]" */
export function describeNode(graph: Graph, node: Node): string {
  const show = (value: string | null) => (value === null ? '-' : describeType(graph.types.get(value)));
  return `${node.op} '${node.name}' (${node.inputs.map(show).join(', ')}) -> ${node.outputs.map(show).join(', ')}`;
}

export function describeType(type: TensorType | undefined): string {
  return type ? `${type.dtype}[${type.shape.join(',')}]` : '?';
}
