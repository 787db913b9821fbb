import { type CompileOptions, compileModel } from '../compile.ts';
import type { RawGraph, RawModel, RawNode, RawValue } from '../frontend/border/raw-model.ts';
import { constantOfNode } from '../frontend/constant-node.ts';
import { nameOfCode } from '../frontend/data-types.ts';
import { externalReader } from '../frontend/external-data.ts';
import { decodeModel } from '../frontend/onnx-border.ts';
import { typeOf } from '../ir/graph.ts';
import type { Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { reasonForFloat } from '../ops/in-float.ts';
import { findOp } from '../ops/index.ts';
import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';
import { floatInstructions, floatWork } from './float-price.ts';
import { guessCodeBytes } from './guess-code.ts';

export interface OperatorInFloat {
  readonly op: string;
  readonly count: number;
  readonly because: string;
  /** Of one inference, about, on a part with an FPU and on one where every operation is a call of a library. */
  readonly instructions: { readonly fpu: number; readonly library: number };
}

/** What is in a model file, and what would become of it. Names may be hostile text. */
export interface Inspection {
  readonly opset: number | null;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Most frequent first. */
  readonly operators: readonly { readonly op: string; readonly count: number }[];
  /** Elements of all initializers and Constant nodes, those of functions and branches included, and their bytes. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** What stops it from becoming C, one line each; empty: it compiles. */
  readonly problems: readonly string[];
  /** What to do about the problems. */
  readonly hint: string | null;
  /** Of one inference; null when it does not compile. */
  readonly macs: number | null;
  readonly layers: number | null;
  /** Operators that compute in float in an int8 model, most frequent first, and why. */
  readonly inFloat: readonly OperatorInFloat[];
  readonly estimates: readonly Estimate[];
}

export interface InspectedValue {
  readonly name: string;
  readonly type: string;
}

/** Tables and arena are exact for the precision the model has now; the rest is a guess. compile measures. */
export interface Estimate {
  readonly precision: 'float32' | 'int8';
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Names of the targets in whose budget both fit. */
  readonly fits: readonly string[];
}

/** A guess, from the models the tests measure. */
const STACK_BYTES = 512;
/** int8 tables: a byte per weight, and 8 bytes (bias, multiplier) per output channel, which replace a 4-byte bias. */
const INT8_SHARE = 0.28;

/** Never fails on a model that can be read: what is wrong with it is part of the answer. UserError BAD_MODEL. */
export async function inspectModel(options: CompileOptions, targets: readonly Target[]): Promise<Inspection> {
  const raw = decodeModel(options.model, externalReader(options.directory));
  const initialized = new Set(raw.graph.initializers.map(({ name }) => name));
  const tensors = tensorsOf(raw);
  const facts = {
    opset: raw.opsets.get('') ?? null,
    inputs: raw.graph.inputs.filter(({ name }) => !initialized.has(name)).map(describe),
    outputs: raw.graph.outputs.map(describe),
    operators: countOperators(raw),
    parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    parameterBytes: tensors.reduce((sum, { data }) => sum + data.byteLength, 0),
  };
  try {
    return { ...facts, problems: [], hint: null, ...(await forecast(options, targets)) };
  } catch (error) {
    if (!(error instanceof UserError) || error.problem.code === 'BAD_ARGUMENT') throw error;
    const { message, because = [message], hint = null } = error.problem;
    return { ...facts, problems: because, hint, macs: null, layers: null, inFloat: [], estimates: [] };
  }
}

async function forecast(options: CompileOptions, targets: readonly Target[]) {
  const { program, plan, precision, floatGraph } = await compileModel(options);
  const tableBytes = program.tables.reduce((sum, { data }) => sum + data.byteLength, 0);
  const estimate = (as: Estimate['precision'], tableShare: number, arenaShare: number): Estimate => {
    const flashBytes = Math.round(tableBytes * tableShare) + guessCodeBytes(program, as);
    const ramBytes = Math.round(plan.arenaBytes * arenaShare) + STACK_BYTES;
    const fits = targets.filter((target) => target.memory !== null && inBudget(target, flashBytes, ramBytes));
    return { precision: as, flashBytes, ramBytes, fits: fits.map(({ name }) => name) };
  };
  const now = estimate(precision, 1, 1);
  return {
    macs: program.calls.reduce((sum, call) => sum + call.macs, 0),
    layers: program.calls.length,
    inFloat: operatorsInFloat(floatGraph, program),
    estimates: precision === 'int8' ? [now] : [now, estimate('int8', INT8_SHARE, 1 / 4)],
  };
}

function operatorsInFloat(graph: Graph, { calls }: Program): OperatorInFloat[] {
  const found = new Map<string, OperatorInFloat>();
  for (const node of graph.nodes) {
    const definition = findOp(node.domain, node.op);
    const real = node.outputs.some((output) => output !== null && typeOf(graph, output).dtype === 'f32');
    const because =
      definition && real ? (reasonForFloat(definition) ?? definition.quantize?.refuse?.(node, graph)) : null;
    if (because == null) continue;
    const shapes = (values: readonly (ValueName | null)[]) =>
      values.flatMap((value) => (value === null ? [] : [typeOf(graph, value).shape]));
    const macs = calls.find((call) => call.node === node.name)?.macs ?? 0;
    const work = floatWork({ op: node.op, macs, inputs: shapes(node.inputs), output: shapes(node.outputs)[0] ?? null });
    const { count, instructions } = found.get(node.op) ?? { count: 0, instructions: { fpu: 0, library: 0 } };
    found.set(node.op, {
      op: node.op,
      count: count + 1,
      because,
      instructions: {
        fpu: instructions.fpu + floatInstructions(work, true),
        library: instructions.library + floatInstructions(work, false),
      },
    });
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

function inBudget({ flashBytes, ramBytes, budget }: Target, flash: number, ram: number): boolean {
  return flash <= flashBytes * budget.flash && ram <= ramBytes * budget.ram;
}

/** Every tensor that stands in the file, wherever it stands. */
function tensorsOf({ graph, functions }: RawModel): Tensor[] {
  const ofNode = (node: RawNode): Tensor[] => {
    const held = [...node.attributes.values()];
    if (node.domain === '' && node.op === 'Constant' && held.every(({ kind }) => kind === 'value')) {
      const tensor = constantOfNode(node, node.attributes);
      return typeof tensor === 'string' ? [] : [tensor];
    }
    return held.flatMap((attribute) => (attribute.kind === 'graph' ? ofGraph(attribute.graph) : []));
  };
  const ofGraph = ({ initializers, nodes }: RawGraph): Tensor[] => [
    ...initializers.flatMap(({ tensor }) => (typeof tensor === 'string' ? [] : [tensor])),
    ...nodes.flatMap(ofNode),
  ];
  return [...ofGraph(graph), ...functions.flatMap(({ nodes }) => nodes.flatMap(ofNode))];
}

function countOperators(raw: RawModel): Inspection['operators'] {
  const counts = new Map<string, number>();
  for (const { op, domain } of raw.graph.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const list = [...counts].map(([op, count]) => ({ op, count }));
  return list.sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

/** 'float32[1,3,height,?]' */
function describe({ name, type }: RawValue): InspectedValue {
  if (type === null || typeof type === 'string') return { name, type: type ?? 'unknown' };
  const shape = type.shape?.map((dimension) => dimension ?? '?').join(',') ?? '...';
  return { name, type: `${nameOfCode(type.code).toLowerCase()}[${shape}]` };
}
