import { join } from 'node:path';
import { findLives, modelArena } from '../codegen/plan-memory/arena-model.ts';
import { momentBounds } from '../codegen/plan-memory/bound.ts';
import { generateC } from '../compile.ts';
import { executions } from '../ir/loops.ts';
import type { Program } from '../ir/program.ts';
import type { ValueName } from '../ir/types.ts';
import type { EncodableLayer } from '../passes/fewbit/encodable-layers.ts';
import { invariant, must } from '../support/errors.ts';
import { type Encoded, withEncoded } from './measure-sensitivity.ts';
import type { Choice, Costs, SearchProblem } from './problem.ts';
import { type ProgramCosts, programCosts } from './program-costs.ts';
import { separateCode } from './separate-code.ts';
import type { Subject } from './subject.ts';

/** A program in which every layer has one of its formats. */
interface Variant {
  readonly program: Program;
  readonly costs: ProgramCosts;
  /** Of each layer. */
  readonly kernels: readonly string[];
}

/** Layers to be encoded, all others in int8; whether to count instructions. */
interface Plan {
  readonly chosen: readonly Encoded[];
  readonly counted: boolean;
}

/** Programs that are built at the same time. */
const ABREAST = 2;

export interface MeasuredCosts {
  readonly problem: SearchProblem;
  /** By how much the flash of an assignment may be more or less than the problem has it: of the programs compiled so far. */
  readonly errorBytes: number;
  /** Of the int8 program. */
  readonly int8: ProgramCosts;
}

/**
 * The costs of every choice, from real programs: for each format one with all layers in it that may have it, where the
 * tables, the instructions and the memory of each layer are read off. Code is shared between layers of the same format and
 * kind; programs with the formats dealt out over the layers, and with one layer of each kind in each format, tell such
 * parts apart (separateCode).
 * @param loss of the int8 model
 */
export async function measureCosts(
  subject: Subject,
  encoded: readonly (readonly Encoded[])[],
  loss: number,
  directory: string,
  progress: (done: number, total: number) => void,
): Promise<MeasuredCosts> {
  const { options, int8, layers } = subject;
  const formats = [...new Set(encoded.flat().map(({ format }) => format))];
  const plans: Plan[] = [
    { chosen: [], counted: true },
    ...formats.map((format) => ({ chosen: encoded.map((own) => inFormat(own, format) ?? own[0]), counted: true })),
    ...formats.map((_, turn) => ({ chosen: encoded.map((own, l) => own[(l + turn) % own.length]), counted: false })),
    ...formats.flatMap((format) => largestOfKind(encoded, format).map((one) => ({ chosen: [one], counted: false }))),
  ];
  const build = async ({ chosen, counted }: Plan, folder: string): Promise<Variant> => {
    const compilation = generateC({ ...int8, graph: withEncoded(int8.graph, chosen) }, options);
    const { program } = compilation;
    const formatOf = (layer: EncodableLayer) => chosen.find((one) => one.layer === layer)?.format ?? 'int8';
    return {
      program,
      costs: await programCosts(compilation, counted ? must(int8.dataset, 'samples') : null, folder),
      kernels: layers.map((layer) => kernelOf(program, layer, formatOf(layer))),
    };
  };
  const built: Variant[] = [];
  for (let at = 0; at < plans.length; at += ABREAST) {
    const some = plans.slice(at, at + ABREAST);
    built.push(...(await Promise.all(some.map((plan, i) => build(plan, join(directory, `costs${i}`))))));
    progress(built.length, plans.length);
  }
  const [plain, ...others] = built;
  const variants = new Map(formats.map((format, f) => [format, others[f]]));
  const code = separateCode(
    built.map(({ kernels, costs }) => ({ kernels, bytes: costs.flashBytes - costs.tableBytes })),
  );
  const choices = encoded.map((own, l) =>
    own.map((one): Choice => {
      const variant = must(variants.get(one.format), one.format);
      const { format, loss } = one;
      return { format, kernel: variant.kernels[l], loss, ...layerCosts(variant, one.layer) };
    }),
  );
  const own = layers.map((layer) => layerCosts(plain, layer));
  const rest = (pick: (costs: LayerCosts) => number) => own.reduce((sum, costs) => sum + pick(costs), 0);
  const base: Costs = {
    loss,
    flashBytes: plain.costs.tableBytes - rest((costs) => costs.flashBytes) + code.restBytes,
    instructions: (plain.costs.instructions?.total ?? 0) - rest((costs) => costs.instructions),
    ramBytes: ramBeside(plain, layers),
  };
  return {
    problem: { base, layers: choices, codeBytes: code.kernels },
    errorBytes: code.errorBytes,
    int8: plain.costs,
  };
}

/** Layers of one format, one kernel and one way to read share code. */
function kernelOf(program: Program, { output }: EncodableLayer, format: string): string {
  const { kernel, template, reading } = program.calls[callOf(program, output)];
  return `${format} ${kernel ?? template} ${reading}`;
}

function inFormat(own: readonly Encoded[], format: string): Encoded | undefined {
  return own.find((one) => one.format === format);
}

/** The largest layer of each operator that may have the format, for formats other than int8. */
function largestOfKind(encoded: readonly (readonly Encoded[])[], format: string): Encoded[] {
  const found = new Map<string, Encoded>();
  for (const own of format === 'int8' ? [] : encoded) {
    const one = inFormat(own, format);
    if (!one) continue;
    const kind = `${one.layer.node.op} ${one.layer.groups > 1}`;
    const other = found.get(kind);
    if (!other || one.layer.weights.length > other.layer.weights.length) found.set(kind, one);
  }
  return [...found.values()];
}

type LayerCosts = Omit<Costs, 'loss'>;

function layerCosts({ program, costs }: Variant, { output }: EncodableLayer): LayerCosts {
  const index = callOf(program, output);
  const tables = new Set(program.calls[index].constants);
  const flashBytes = program.tables.reduce((sum, t) => sum + (tables.has(t.symbol) ? t.data.byteLength : 0), 0);
  const beside = costs.ramBytes - costs.arenaBytes;
  return {
    flashBytes,
    instructions: costs.instructions?.calls[index] ?? 0,
    ramBytes: callBytes(program)[index] + beside,
  };
}

/** What the calls that belong to none of the layers need. */
function ramBeside({ program, costs }: Variant, layers: readonly EncodableLayer[]): number {
  const taken = new Set(layers.map(({ output }) => callOf(program, output)));
  const others = callBytes(program).filter((_, index) => !taken.has(index));
  return Math.max(0, ...others) + costs.ramBytes - costs.arenaBytes;
}

function callOf(program: Program, value: ValueName): number {
  const index = executions(program).find(({ result }) => result?.value === value)?.index ?? -1;
  invariant(index >= 0, `no call completes '${value}'`);
  return index;
}

/** Fewest arena bytes during each call. */
function callBytes(program: Program): number[] {
  const model = modelArena(program);
  return momentBounds(model, findLives(model)).slice(1, -1);
}
