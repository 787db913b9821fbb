import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import type { GeneratedFiles } from '../codegen/emit.ts';
import { type Compilation, type CompileOptions, compileModel, transformModel } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import { datasetHash } from '../data/dataset-hash.ts';
import { typeOf } from '../ir/graph.ts';
import { bytesOf } from '../ir/tensor.ts';
import type { Graph } from '../ir/types.ts';
import { packageFiles, packageKind } from '../packages/package-files.ts';
import { isPath, withoutPaths } from '../project/arguments.ts';
import { judgeOutputs, type OutputFigures } from '../project/judge-outputs.ts';
import { unmetByOutputs, unmetByTarget } from '../project/limits.ts';
import type { LockedModel, LockedSource, LockedTarget } from '../project/lock.ts';
import { badProject } from '../project/project-file.ts';
import { QUANTIZE_SETTINGS, TUNE_SETTINGS } from '../project/settings.ts';
import { checkFit } from '../report/check-fit.ts';
import { chanceWarning, dataWarnings } from '../report/data-warnings.ts';
import { measure } from '../report/measure.ts';
import { buildReport, type Report } from '../report/report.ts';
import { listTargets, loadTarget } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { toolVersion } from '../verify/tool-version.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { countRun } from './bench.ts';
import { inScratch } from './in-scratch.ts';
import { modelOptions, readModel } from './model-flags.ts';
import { opener, testData } from './open-data.ts';
import type { OpenModel } from './open-project.ts';
import { amount, amountOf } from './parsers.ts';
import type { Progress } from './progress.ts';
import { requireAvailable, requirePassed, verifyOn } from './run-verify.ts';
import type { VerifyFlags } from './verify-flags.ts';

/** The model as its file has it, and what decides about the quantized one. */
export interface Source {
  /** In float32; null: the file came quantized. */
  readonly floatGraph: Graph | null;
  readonly imported: Graph;
  readonly locked: LockedSource;
  /** What is probably wrong with the samples. */
  readonly warnings: readonly string[];
}

export async function readSource({ model, flags, tune, entry }: OpenModel): Promise<Source> {
  const { dim, constant, capacity, state, seed } = flags;
  const options = await modelOptions(
    model,
    {
      ...(dim && { dim }),
      ...(constant && { constant }),
      ...(capacity && { capacity }),
      ...(state && { state }),
      seed,
    },
    await loadTarget('host'),
  );
  const float = await transformModel({ ...options, precision: 'float32' });
  const { imported, quantizedFile, memory } = float;
  const samples = tune?.data ?? flags.calibrate;
  const dataset = samples ? await opener(samples, memory, tune?.labels)(imported) : null;
  const recipe = tune ? (isPath(tune.recipe) ? tune.recipe : undefined) : flags.recipe;
  return {
    floatGraph: quantizedFile ? null : float.floatGraph,
    imported,
    warnings: dataset ? dataWarnings({ floatGraph: imported, graph: imported }, dataset) : [],
    locked: {
      model: modelHash(options.model, imported),
      samples: dataset && datasetHash(dataset),
      settings: [
        ...withoutPaths(entry.quantize, QUANTIZE_SETTINGS),
        ...(entry.tune ? withoutPaths(entry.tune, TUNE_SETTINGS).map((text) => `tune ${text}`) : []),
      ],
      recipe: recipe === undefined ? null : sha256(await readModel(recipe)),
    },
  };
}

/** Weights may lie in other files. */
function modelHash(bytes: Uint8Array, { constants }: Graph): string {
  const hash = createHash('sha256').update(bytes);
  for (const tensor of constants.values()) hash.update(bytesOf(tensor));
  return hash.digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface Assessment {
  readonly locked: LockedModel;
  /** Limits that are not met. */
  readonly unmet: readonly string[];
  readonly builds: readonly Build[];
  /** What is probably wrong with samples, data or labels. */
  readonly warnings: readonly string[];
}

export interface Build {
  readonly folder: string;
  readonly files: GeneratedFiles;
}

export function quantizedPath({ out, entry: { name } }: OpenModel): string {
  return join(out, `${name}_qdq.onnx`);
}

/**
 * Compiles a model for its targets, verifies and measures it, and judges its outputs on the data.
 * @param quantized NAME_qdq.onnx; null: the model itself becomes C
 * @throws UserError DOES_NOT_FIT, MISMATCH, TOOL_MISSING and whatever compile and verify throw.
 */
export async function assess(
  open: OpenModel,
  source: Source,
  quantized: Uint8Array | null,
  progress: Progress,
): Promise<Assessment> {
  if (open.entry.package !== null) packageKind(open.entry.package);
  const targets = await Promise.all(open.targets.map(loadTarget));
  requireDifferent(targets, open.entry.name);
  const compilations: Compilation[] = [];
  for (const target of targets) {
    const options = await compileOptions(open, source, quantized, target);
    const passes = { ...options.passes, progress: progress.update };
    compilations.push(await compileModel({ ...options, passes }));
  }
  const [first] = compilations;
  const { memory } = first;
  const flags = judging(open);
  const dataset = await testData({ floatGraph: source.imported, dataset: null, memory }, flags, flags.count);
  const figures: Record<string, LockedTarget> = {};
  const unmet: string[] = [];
  let report: Report | null = null;
  for (const compilation of compilations) {
    const { target } = compilation;
    const built = await measureBuild(compilation, open, progress);
    report ??= built.report;
    figures[target.name] = built.figures;
    unmet.push(...unmetByTarget(bytesOfLimits(open, target), target.name, built.figures));
  }
  const told = (done: number, total: number) => progress.update('outputs', done, total);
  const outputs = await judgeOutputs(first, source.floatGraph, report ?? buildReport(first), dataset, told);
  const { package: kind } = open.entry;
  const builds = compilations.map((compilation) => ({
    folder: folderOf(open, compilation.target),
    files: kind === null ? compilation.files : packageFiles(kind, compilation, compilation.files),
  }));
  const written = builds.flatMap(({ folder, files }) => [...files.keys()].map((name) => join(folder, name)));
  return {
    locked: {
      source: source.locked,
      quantized: quantized && sha256(quantized),
      data: datasetHash(dataset),
      outputs,
      files: [...(quantized ? [quantizedPath(open)] : []), ...written].map((path) => fromFolder(open.folder, path)),
      targets: figures,
    },
    unmet: [...unmetByOutputs(open.entry.limits, outputs, source.floatGraph !== null), ...unmet],
    builds,
    warnings: [...new Set([...source.warnings, ...warningsOf(first, source, dataset, outputs)])],
  };
}

/** Folders and figures are by name. */
function requireDifferent(targets: readonly Target[], model: string): void {
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw badProject(model, [`two of its targets have the name ${twice}`]);
}

function warningsOf({ graph }: Compilation, { imported }: Source, dataset: Dataset, { score, samples }: OutputFigures) {
  const classes = typeOf(imported, imported.outputs[0]).shape.at(-1) ?? 0;
  const float32 = score?.float32 ?? null;
  const chance = score && float32 !== null && chanceWarning({ ...score, floatScore: float32, samples }, classes);
  return [...dataWarnings({ floatGraph: imported, graph }, dataset), ...(chance ? [chance] : [])];
}

/** NAME_qdq.onnx says itself what was quantized and folded: only what decides about C is left, and what ONNX has no words for. */
async function compileOptions(
  open: OpenModel,
  { imported: { states = [] } }: Source,
  quantized: Uint8Array | null,
  target: Target,
): Promise<CompileOptions> {
  const options = await modelOptions(open.model, open.flags, target);
  if (!quantized) return options;
  const { name, ioLayout, goal, kernels, capacities, memory, passes } = options;
  return {
    model: quantized,
    name,
    target,
    states: states.length > 0 ? new Map(states.map(({ input, output }) => [input, output])) : 'none',
    ...(capacities && { capacities }),
    ...(ioLayout && { ioLayout }),
    ...(goal && { goal }),
    ...(kernels && { kernels }),
    ...(memory && { memory }),
    ...(passes && { passes }),
  };
}

/** The test data, else what it was calibrated or trained on, else random numbers. */
function judging({ flags, tune }: OpenModel): VerifyFlags {
  if (flags.data) return flags;
  if (tune) return { ...flags, data: tune.data, ...(tune.labels !== undefined && { labels: tune.labels }) };
  return flags.calibrate ? { ...flags, data: flags.calibrate } : flags;
}

/** Figures of a part are measured; those of a computer, whose compiler anybody may have changed, are what the C itself says. */
async function measureBuild(compilation: Compilation, open: OpenModel, progress: Progress) {
  const { target } = compilation;
  const onPart = target.toolchain.name !== 'host-gcc';
  if (onPart) await requireAvailable(toolchainFor(target));
  const measured = onPart ? await inScratch((directory) => measure(compilation, directory)) : undefined;
  const report = buildReport(compilation, measured);
  checkFit(report, target, await listTargets());
  const flags = judging(open);
  requirePassed(await verifyOn(compilation, flags, progress));
  const counts = onPart && target.emulator ? await countRun(compilation, flags, '-O2') : null;
  const figures: LockedTarget = {
    compiler: onPart ? `${target.toolchain.name} ${await toolVersion(target.toolchain.name)}, -O2` : null,
    flashBytes: report.flash.neededBytes,
    ramBytes: report.ram.neededBytes,
    instructions: counts && counts.unit !== 'nanoseconds' ? counts.total : null,
  };
  return { report, figures };
}

function bytesOfLimits({ entry: { limits } }: OpenModel, target: Target) {
  const bytes = (value: number | string | undefined, total: number, what: string) =>
    value === undefined ? {} : { [what]: amountOf(amount(String(value)), total, `limits.${what}`) };
  return {
    ...bytes(limits.flash, target.flashBytes, 'flash'),
    ...bytes(limits.ram, target.ramBytes, 'ram'),
    ...(limits.instructions !== undefined && { instructions: limits.instructions }),
  };
}

/** As it stands in a file that other systems read. */
function fromFolder(folder: string, path: string): string {
  return relative(folder, path).replaceAll('\\', '/');
}

function folderOf({ entry, out }: OpenModel, target: Target): string {
  return entry.targets.length === 1 ? out : join(out, target.name);
}
