import { join } from 'node:path';
import type { Compilation } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import { measure } from '../report/measure.ts';
import { UserError } from '../support/errors.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { verifyModel } from '../verify/verify-model.ts';

export interface Instructions {
  readonly total: number;
  readonly calls: readonly number[];
  /** By the cost model, without what layers take that have one kernel only. */
  readonly estimated: boolean;
}

/** What a whole program takes, as far as it could be measured. */
export interface ProgramCosts {
  /** Tables, code and libraries; tables alone where there is no compiler. */
  readonly flashBytes: number;
  /** Arena, worst-case stack and variables of libraries; the arena alone where there is no compiler. */
  readonly ramBytes: number;
  readonly arenaBytes: number;
  readonly tableBytes: number;
  /** Of one inference and of each call; null where there is neither an emulator nor a cost model. */
  readonly instructions: Instructions | null;
  /** The compiler, or why there is none. */
  readonly measured: { readonly with: string } | { readonly notBecause: string };
}

/** Builds a program for its target in `directory`, and runs a sample of `dataset` on the target's emulator. */
export async function programCosts(
  compilation: Compilation,
  dataset: Dataset | null,
  directory: string,
): Promise<ProgramCosts> {
  const { program, plan } = compilation;
  const tableBytes = program.tables.reduce((sum, { data }) => sum + data.byteLength, 0);
  const [measured, counted] = await Promise.all([
    measure(compilation, join(directory, 'size')),
    dataset && countInstructions(compilation, dataset, join(directory, 'count')),
  ]);
  const footprint = 'footprint' in measured ? measured.footprint : null;
  const beside = footprint ? (footprint.stack?.bytes ?? 0) + footprint.staticRamBytes : 0;
  return {
    flashBytes: footprint?.flash.bytes ?? tableBytes,
    ramBytes: plan.arenaBytes + beside,
    arenaBytes: plan.arenaBytes,
    tableBytes,
    instructions: counted ?? estimate(compilation),
    measured: 'footprint' in measured ? { with: measured.with } : measured,
  };
}

async function countInstructions(
  compilation: Compilation,
  dataset: Dataset,
  directory: string,
): Promise<ProgramCosts['instructions']> {
  if (!compilation.target.emulator) return null;
  const toolchain = toolchainFor(compilation.target);
  try {
    const { counts } = await verifyModel(compilation, dataset, {
      toolchain,
      directory,
      samples: 1,
      layers: false,
      file: false,
      counts: true,
    });
    return counts && { total: counts.total, calls: counts.layers, estimated: false };
  } catch (error) {
    if (error instanceof UserError && error.problem.code === 'TOOL_MISSING') return null;
    throw error;
  }
}

/** Where nobody can count: a core that the cost model knows, and kernels for all layers with products. */
function estimate({ program, target }: Compilation): Instructions | null {
  const known = program.calls.every(({ macs, instructions }) => macs === 0 || instructions !== undefined);
  if (!known || target.toolchain.name !== 'arm-none-eabi-gcc') return null;
  const calls = program.calls.map(({ instructions = 0 }) => Math.round(instructions));
  return { total: calls.reduce((a, b) => a + b, 0), calls, estimated: true };
}
