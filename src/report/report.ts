import { type MemoryMap, memoryMap } from '../codegen/plan-memory/memory-map.ts';
import type { Compilation } from '../compile.ts';
import { producerOf } from '../ir/graph.ts';
import type { Goal } from '../ir/lowering.ts';
import type { Call, Loop, Program, RefusedKernel, Table } from '../ir/program.ts';
import { bytesByKind } from '../ir/tables.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Shape, ValueName } from '../ir/types.ts';
import type { Remark } from '../passes/pipeline.ts';
import type { Target } from '../targets/target.ts';
import { VERSION } from '../version.ts';
import { floatInstructions, floatWork } from './float-price.ts';
import { type LayerWeights, weightsByCall } from './layer-weights.ts';
import type { Measurement } from './measure.ts';

/** One layer function of the generated C. */
export interface LayerReport {
  readonly index: number;
  readonly symbol: string;
  /** ONNX name: may be hostile text. */
  readonly node: string;
  readonly op: string;
  /** The graph value it completes, or null. */
  readonly value: ValueName | null;
  /** Shapes of the computed inputs, in ONNX order. */
  readonly inputs: readonly Shape[];
  /** null for a step that completes no value of the graph. */
  readonly output: Shape | null;
  readonly macs: number;
  /** What computes it; null: there is one way only. */
  readonly kernel: string | null;
  /** Kernels that could compute it as well. */
  readonly others: readonly string[];
  /** Kernels that cannot compute it, or that it does without for a leaner one. */
  readonly refused: readonly RefusedKernel[];
  /** Instructions of one inference by the cost model, and how many of them unpack weights; null: nobody counted such cores. */
  readonly estimate: { readonly instructions: number; readonly decoding: number } | null;
  /** How its sums become codes where they lie halfway between two; null: it has no sums that become codes. */
  readonly rounding: 'half-up' | 'half-even' | null;
  /** Tables that an earlier layer already uses count there. */
  readonly weightBytes: number;
  readonly parameterBytes: number;
  /** Instructions of this layer alone; null: not measured. */
  readonly codeBytes: number | null;
  readonly outputBytes: number;
  readonly scratchBytes: number;
  /** null: it has no quantized weights. */
  readonly weights: LayerWeights | null;
}

/** Bytes needed of a memory, and the share of it that the target leaves to the model. */
export interface Fit {
  readonly neededBytes: number;
  /** null: the target sets no limit. */
  readonly budgetBytes: number | null;
  /** Budget minus need; null without a limit. */
  readonly marginBytes: number | null;
  readonly fits: boolean;
}

/** Everything that compile tells, as plain data. */
export interface Report {
  readonly version: string;
  readonly model: string;
  readonly target: string;
  readonly precision: 'float32' | 'int8';
  /** What kernels were chosen for. */
  readonly goal: Goal;
  readonly layers: readonly LayerReport[];
  /** Layers that are made over and over; what they are said to take is that of all turns. */
  readonly loops: readonly Loop[];
  readonly macs: number;
  readonly flash: {
    readonly weightBytes: number;
    /** Weights, biases, multipliers, lookup tables. */
    readonly tableBytes: number;
    /** null: not measured. */
    readonly codeBytes: number | null;
    /** Of these, what belongs to no single layer: kernels that several layers call, their constants. */
    readonly sharedCodeBytes: number | null;
    readonly libraryBytes: number | null;
    /** Names of the libraries: 'libc', 'libgcc'. */
    readonly libraries: readonly string[];
  } & Fit;
  readonly ram: {
    readonly arenaBytes: number;
    readonly arenaLowerBoundBytes: number;
    /** The largest temporary memory of one layer; lies in the arena. */
    readonly scratchBytes: number;
    /** Worst case of one run; null: not measured. */
    readonly stackBytes: number | null;
    /** Variables of libraries; null: not measured. */
    readonly libraryBytes: number | null;
    /** The deepest chain of calls. */
    readonly stackPath: readonly string[];
    /** A function of this chain that not every run calls, with the worst case of runs that do not; null: no large difference. */
    readonly stackBranch: { readonly function: string; readonly bytesWithout: number } | null;
    /** What is alive at the layer that needs most. */
    readonly peak: { readonly layer: number; readonly buffers: readonly PeakBuffer[] };
  } & Fit;
  /** The compiler that measured code and stack, or why nothing was measured. */
  readonly measured: { readonly with: string } | { readonly notBecause: string };
  /** What computes in float although the model is int8; null: nothing does. */
  readonly inFloat: FloatPart | null;
  readonly remarks: readonly Remark[];
  /** Which buffer lies where in the arena, and when. */
  readonly memory: MemoryMap;
}

/** Layers of an int8 model that compute in float, and what that costs. */
export interface FloatPart {
  /** By index; conversions between codes and real numbers are counted, not listed. */
  readonly layers: readonly number[];
  readonly conversions: number;
  /** Of one inference, about: by the cost model, or by what a layer of its size does (float-price.ts). */
  readonly instructions: number;
  /** Of all libraries that are linked in; null: not measured. */
  readonly libraryBytes: number | null;
  /** False: every operation is a call of a library. */
  readonly fpu: boolean;
}

export interface PeakBuffer {
  readonly name: string;
  readonly role: string;
  readonly bytes: number;
}

/** `measurement`: see measure(); without it code and stack are unknown and flash counts tables only. */
export function buildReport(
  compilation: Compilation,
  measurement: Measurement = { notBecause: 'not asked for' },
): Report {
  const { program, plan, target } = compilation;
  const footprint = 'footprint' in measurement ? measurement.footprint : null;
  const layers = layerReports(compilation, footprint?.flash.functions ?? null);
  const memory = memoryMap(program, plan);
  const sum = (pick: (layer: LayerReport) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
  const tableBytes = program.tables.reduce((total, table) => total + table.data.byteLength, 0);
  const stackBytes = footprint?.stack?.bytes ?? null;
  const branch = footprint?.stack?.branch;
  return {
    version: VERSION,
    model: compilation.name,
    target: target.name,
    precision: compilation.precision,
    goal: compilation.goal,
    layers,
    loops: program.loops ?? [],
    macs: sum((layer) => layer.macs),
    flash: {
      weightBytes: sum((layer) => layer.weightBytes),
      tableBytes,
      codeBytes: footprint?.flash.codeBytes ?? null,
      sharedCodeBytes: footprint?.flash.functions
        ? footprint.flash.codeBytes - sum((layer) => layer.codeBytes ?? 0)
        : null,
      libraryBytes: footprint?.flash.libraryBytes ?? null,
      libraries: footprint?.flash.libraries ?? [],
      ...fitOf(footprint?.flash.bytes ?? tableBytes, target.flashBytes * target.budget.flash),
    },
    ram: {
      arenaBytes: plan.arenaBytes,
      arenaLowerBoundBytes: plan.lowerBoundBytes,
      scratchBytes: Math.max(0, ...layers.map((layer) => layer.scratchBytes)),
      stackBytes,
      libraryBytes: footprint?.staticRamBytes ?? null,
      stackPath: footprint?.stack?.path.map(({ name }) => name) ?? [],
      stackBranch: branch ? { function: branch.name, bytesWithout: branch.bytesWithout } : null,
      peak: peakOf(program, memory),
      ...fitOf(plan.arenaBytes + (stackBytes ?? 0) + (footprint?.staticRamBytes ?? 0), ramBudget(target)),
    },
    measured: 'footprint' in measurement ? { with: measurement.with } : measurement,
    inFloat: floatPart(compilation, layers, footprint?.flash.libraryBytes ?? null),
    remarks: compilation.remarks,
    memory,
  };
}

const CONVERSIONS: readonly string[] = ['QuantizeLinear', 'DequantizeLinear'];

function floatPart(
  { precision, program, target }: Compilation,
  layers: readonly LayerReport[],
  libraryBytes: number | null,
): FloatPart | null {
  if (precision !== 'int8') return null;
  const real = layers.filter(({ index }) =>
    program.calls[index]?.arguments.some(({ ctype }) => ctype === 'float' || ctype === 'double'),
  );
  const [conversions, computing] = [true, false].map((wanted) =>
    real.filter(({ op }) => CONVERSIONS.includes(op) === wanted),
  );
  if (computing!.length === 0) return null;
  const fpu = target.toolchain.name === 'host-gcc' || target.features.has('fpu');
  const prices = computing!.map((layer) => layer.estimate?.instructions ?? floatInstructions(floatWork(layer), fpu));
  return {
    layers: computing!.map(({ index }) => index),
    conversions: conversions!.length,
    instructions: prices.reduce((sum, count) => sum + count, 0),
    libraryBytes,
    fpu,
  };
}

function ramBudget(target: Target): number {
  return target.ramBytes * target.budget.ram;
}

function fitOf(neededBytes: number, limit: number): Fit {
  if (limit === Number.POSITIVE_INFINITY) return { neededBytes, budgetBytes: null, marginBytes: null, fits: true };
  const budgetBytes = Math.floor(limit);
  const marginBytes = budgetBytes - neededBytes;
  return { neededBytes, budgetBytes, marginBytes, fits: marginBytes >= 0 };
}

function layerReports(
  { program, graph, floatGraph, target }: Compilation,
  functions: ReadonlyMap<string, number> | null,
): LayerReport[] {
  const weights = weightsByCall(program, graph, floatGraph);
  const buffers = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const tables = new Map(program.tables.map((table) => [table.symbol, table]));
  const counted = new Set<string>();
  return program.calls.map((call, index) => {
    const own = [...new Set(call.constants)].filter((symbol) => !counted.has(symbol));
    const bytesOf = (kind: Table['kind']) =>
      own.reduce((sum, symbol) => {
        const table = tables.get(symbol);
        return table ? sum + bytesByKind(table)[kind] : sum;
      }, 0);
    const [weightBytes, parameterBytes] = [bytesOf('weights'), bytesOf('parameters')];
    for (const symbol of own) counted.add(symbol);
    const scratch = call.arguments.filter(({ access }) => access === 'scratch');
    return {
      index,
      symbol: call.symbol,
      node: call.node,
      op: call.sum === undefined ? call.op : `${call.op}+Add`,
      value: call.result?.value ?? null,
      inputs: inputShapes(call, graph),
      output: call.result?.shape ?? null,
      macs: call.macs,
      kernel: call.kernel ?? null,
      others: call.others?.map(({ kernel }) => kernel) ?? [],
      refused: call.refused ?? [],
      estimate: target.toolchain.name === 'arm-none-eabi-gcc' ? estimateOf(call) : null,
      rounding: roundingOf(call),
      weightBytes,
      parameterBytes,
      codeBytes: functions && (functions.get(call.symbol) ?? 0),
      outputBytes: call.result ? arenaBytes(call.result.type) : 0,
      scratchBytes: scratch.reduce((sum, { buffer }) => sum + (buffers.get(buffer)?.bytes ?? 0), 0),
      weights: weights.get(call) ?? null,
    };
  });
}

function estimateOf({ instructions, decoding = 0 }: Call): LayerReport['estimate'] {
  return instructions === undefined ? null : { instructions: Math.round(instructions), decoding: Math.round(decoding) };
}

/** Sums become codes: of layers with products, of means and of sums of tensors. */
function roundingOf({ requantization, macs, op, result }: Call): LayerReport['rounding'] {
  if (!result?.type.quant || result.type.dtype !== 'i8') return null;
  if (requantization) return requantization === 'wide' ? 'half-up' : 'half-even';
  return macs > 0 || ['Add', 'Sub', 'Mul', 'AveragePool', 'GlobalAveragePool', 'Softmax'].includes(op)
    ? 'half-up'
    : null;
}

function inputShapes(call: Call, graph: Graph): Shape[] {
  const node = call.result && producerOf(graph, call.result.value);
  return (node?.inputs ?? []).flatMap((input) => {
    const type = input !== null && !graph.constants.has(input) ? graph.types.get(input) : undefined;
    return type ? [type.shape] : [];
  });
}

function peakOf(program: Program, { calls, peakCall }: MemoryMap): Report['ram']['peak'] {
  const alive = calls[peakCall]?.regions ?? [];
  const byId = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const buffers = alive.map(({ buffer, bytes }) => {
    const { name, role } = byId.get(buffer) ?? { name: '', role: '' };
    return { name, role, bytes };
  });
  return { layer: peakCall, buffers };
}
