import { type MemoryMap, memoryMap } from '../codegen/plan-memory/memory-map.ts';
import type { Compilation } from '../compile.ts';
import type { Goal } from '../ir/lowering.ts';
import type { Loop, Program } from '../ir/program.ts';
import type { Remark } from '../passes/pipeline.ts';
import type { Target } from '../targets/target.ts';
import { VERSION } from '../version.ts';
import { type FloatPart, floatPart } from './float-part.ts';
import { type LayerReport, layerReports } from './layer-reports.ts';
import type { Measurement } from './measure.ts';

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

function ramBudget(target: Target): number {
  return target.ramBytes * target.budget.ram;
}

function fitOf(neededBytes: number, limit: number): Fit {
  if (limit === Number.POSITIVE_INFINITY) return { neededBytes, budgetBytes: null, marginBytes: null, fits: true };
  const budgetBytes = Math.floor(limit);
  const marginBytes = budgetBytes - neededBytes;
  return { neededBytes, budgetBytes, marginBytes, fits: marginBytes >= 0 };
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
