import { memoryMap } from '../codegen/plan-memory/memory-map.ts';
import type { Compilation } from '../compile.ts';
import type { Call, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Shape } from '../ir/types.ts';
import type { Remark } from '../passes/pipeline.ts';
import type { Target } from '../targets/target.ts';
import { VERSION } from '../version.ts';
import type { Measurement } from './measure.ts';

/** One layer function of the generated C. */
export interface LayerReport {
  readonly index: number;
  readonly symbol: string;
  /** ONNX name: may be hostile text. */
  readonly node: string;
  readonly op: string;
  /** Shapes of the computed inputs, in ONNX order. */
  readonly inputs: readonly Shape[];
  /** null for a step that completes no value of the graph. */
  readonly output: Shape | null;
  readonly macs: number;
  /** Tables that an earlier layer already uses count there. */
  readonly weightBytes: number;
  readonly parameterBytes: number;
  readonly outputBytes: number;
  readonly scratchBytes: number;
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
  readonly layers: readonly LayerReport[];
  readonly macs: number;
  readonly flash: {
    readonly weightBytes: number;
    /** Weights, biases, multipliers, lookup tables. */
    readonly tableBytes: number;
    /** null: not measured. */
    readonly codeBytes: number | null;
    readonly libraryBytes: number | null;
  } & Fit;
  readonly ram: {
    readonly arenaBytes: number;
    readonly arenaLowerBoundBytes: number;
    /** The largest temporary memory of one layer; lies in the arena. */
    readonly scratchBytes: number;
    /** Worst case of one run; null: not measured. */
    readonly stackBytes: number | null;
    /** Variables of libgcc, libc and libm; null: not measured. */
    readonly libraryBytes: number | null;
    /** The deepest chain of calls. */
    readonly stackPath: readonly string[];
    /** What is alive at the layer that needs most. */
    readonly peak: { readonly layer: number; readonly buffers: readonly PeakBuffer[] };
  } & Fit;
  /** The compiler that measured code and stack, or why nothing was measured. */
  readonly measured: { readonly with: string } | { readonly notBecause: string };
  readonly remarks: readonly Remark[];
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
  const { program, plan, graph, target } = compilation;
  const footprint = 'footprint' in measurement ? measurement.footprint : null;
  const layers = layerReports(program, graph);
  const sum = (pick: (layer: LayerReport) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
  const tableBytes = program.tables.reduce((total, table) => total + table.data.byteLength, 0);
  const stackBytes = footprint?.stack?.bytes ?? null;
  return {
    version: VERSION,
    model: compilation.name,
    target: target.name,
    precision: compilation.precision,
    layers,
    macs: sum((layer) => layer.macs),
    flash: {
      weightBytes: sum((layer) => layer.weightBytes),
      tableBytes,
      codeBytes: footprint?.flash.codeBytes ?? null,
      libraryBytes: footprint?.flash.libraryBytes ?? null,
      ...fitOf(footprint?.flash.bytes ?? tableBytes, target.flashBytes * target.budget.flash),
    },
    ram: {
      arenaBytes: plan.arenaBytes,
      arenaLowerBoundBytes: plan.lowerBoundBytes,
      scratchBytes: Math.max(0, ...layers.map((layer) => layer.scratchBytes)),
      stackBytes,
      libraryBytes: footprint?.staticRamBytes ?? null,
      stackPath: footprint?.stack?.path.map(({ name }) => name) ?? [],
      peak: peakOf(compilation),
      ...fitOf(plan.arenaBytes + (stackBytes ?? 0) + (footprint?.staticRamBytes ?? 0), ramBudget(target)),
    },
    measured: 'footprint' in measurement ? { with: measurement.with } : measurement,
    remarks: compilation.remarks,
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

function layerReports(program: Program, graph: Graph): LayerReport[] {
  const buffers = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const tables = new Map(program.tables.map((table) => [table.symbol, table]));
  const counted = new Set<string>();
  return program.calls.map((call, index) => {
    const own = [...new Set(call.constants)].filter((symbol) => !counted.has(symbol));
    const bytesOf = (kind: string) =>
      own.reduce((sum, symbol) => {
        const table = tables.get(symbol);
        return table?.kind === kind ? sum + table.data.byteLength : sum;
      }, 0);
    const [weightBytes, parameterBytes] = [bytesOf('weights'), bytesOf('parameters')];
    for (const symbol of own) counted.add(symbol);
    const scratch = call.arguments.filter(({ access }) => access === 'scratch');
    return {
      index,
      symbol: call.symbol,
      node: call.node,
      op: call.op,
      inputs: inputShapes(call, graph),
      output: call.result?.shape ?? null,
      macs: call.macs,
      weightBytes,
      parameterBytes,
      outputBytes: call.result ? arenaBytes(call.result.type) : 0,
      scratchBytes: scratch.reduce((sum, { buffer }) => sum + (buffers.get(buffer)?.bytes ?? 0), 0),
    };
  });
}

function inputShapes(call: Call, graph: Graph): Shape[] {
  const value = call.result?.value;
  const node = graph.nodes.find((other) => value !== undefined && other.outputs.includes(value));
  return (node?.inputs ?? []).flatMap((input) => {
    const type = input !== null && !graph.constants.has(input) ? graph.types.get(input) : undefined;
    return type ? [type.shape] : [];
  });
}

function peakOf({ program, plan }: Compilation): Report['ram']['peak'] {
  const layer = plan.peakCall;
  const alive = memoryMap(program, plan).calls[layer]?.regions ?? [];
  const buffers = alive.flatMap(({ buffer, bytes }) => {
    const { name, role } = program.buffers.find(({ id }) => id === buffer) ?? { name: '', role: '' };
    return [{ name, role, bytes }];
  });
  return { layer, buffers };
}
