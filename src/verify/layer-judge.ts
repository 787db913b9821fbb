import { exportOnnx } from '../frontend/export-onnx.ts';
import type { Port, Program } from '../ir/program.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { toBfloat16Bits } from '../numerics/float16.ts';
import { createRng } from '../numerics/rng.ts';
import { createSession, type OrtSession } from '../runtime/ort-session.ts';
import { must } from '../support/errors.ts';
import { agrees, type Comparer, type Comparison, comparer, difference, type Rule } from './compare.ts';
import { type CutGraph, carried, cutGraph } from './cut-graph.ts';
import { rulesOf } from './rules.ts';
import { type TracedValue, tracedValues } from './trace.ts';

/** One inference of the generated C, in ONNX order. */
export interface CRun {
  /** What the model was given, as it takes it (codes where its inputs are codes). */
  readonly feed: ReadonlyMap<ValueName, Tensor>;
  /** In the order of the program's outputs. */
  readonly outputs: readonly TypedArray[];
  /** Traced values; none where layers are not compared. */
  readonly values: ReadonlyMap<ValueName, TypedArray>;
}

export interface LayerJudge {
  add(run: CRun): Promise<void>;
  readonly result: () => { readonly layers: readonly Comparison[]; readonly outputs: readonly Comparison[] };
  release(): Promise<void>;
}

export interface JudgedModel {
  readonly graph: Graph;
  readonly oracle: Graph;
  readonly program: Program;
}

/**
 * Compares every layer of the generated C with onnxruntime, which computes it from what the C fed it: a difference shows
 * once, where it arises. `tolerance` as in agrees().
 */
export async function openLayerJudge(model: JudgedModel, layers: boolean, tolerance: number): Promise<LayerJudge> {
  const { graph, oracle, program } = model;
  const traced = layers ? tracedValues(program, oracle) : [];
  const known = traced.map(({ port }) => port.value);
  const cut = cutGraph(
    oracle,
    known,
    program.outputs.map(({ value }) => value),
  );
  const rules = rulesOf(graph, new Set(known));
  const judge = (layer: string, port: Port) => comparer(layer, port, rules.get(port.value) ?? UNTOUCHED);
  const judges = {
    layers: traced.map(({ layer, port }) => judge(layer, port)),
    outputs: program.outputs.map((port) => judge('output', port)),
  };
  const session = await createSession(exportOnnx(cut.graph));
  return {
    add: (run) => judgeRun({ traced, cut, session, judges, tolerance }, run),
    result: () => ({
      layers: judges.layers.map((one) => one.result()),
      outputs: judges.outputs.map((one) => one.result()),
    }),
    release: () => session.release(),
  };
}

/** For inputs and constants that are outputs as well. */
const UNTOUCHED: Rule = { kind: 'equal', floor: 0, cancels: false };

interface Context {
  readonly traced: readonly TracedValue[];
  readonly cut: CutGraph;
  readonly session: OrtSession;
  readonly judges: { readonly layers: readonly Comparer[]; readonly outputs: readonly Comparer[] };
  readonly tolerance: number;
}

async function judgeRun({ traced, cut, session, judges, tolerance }: Context, run: CRun): Promise<void> {
  const feeds = new Map(run.feed);
  for (const { port } of traced) {
    const { dtype, shape } = port.type;
    const data = must(run.values.get(port.value), port.value);
    feeds.set(must(cut.given.get(port.value), port.value), carried({ dtype, shape, data }));
  }
  const expected = await session.run(feeds);
  const reference = (results: ReadonlyMap<string, Tensor>, { value, type }: Port): TypedArray => {
    const { dtype, data } = must(results.get(must(cut.shown.get(value), value)), value);
    return type.dtype === 'bf16' && dtype === 'f32' ? Uint16Array.from(data as Float32Array, toBfloat16Bits) : data;
  };
  const doubtful: Comparer[] = [];
  const compare = (judge: Comparer, actual: TypedArray) => {
    const one = judge.add(actual, reference(expected, judge.port));
    if (judge.rule.cancels && !agrees({ rule: judge.rule, ...one }, tolerance)) doubtful.push(judge);
  };
  for (const judge of judges.layers) compare(judge, must(run.values.get(judge.port.value), judge.port.value));
  for (const [i, judge] of judges.outputs.entries()) compare(judge, must(run.outputs[i], judge.port.value));
  if (doubtful.length === 0) return;

  // How far do these sums move when their terms move in the last bit?
  const moved = await session.run(lastBitsMoved(feeds));
  for (const judge of doubtful) {
    const { maxError } = difference(
      reference(moved, judge.port),
      reference(expected, judge.port),
      judge.port.type.dtype,
    );
    if (maxError < Infinity) judge.addNoise(maxError);
  }
}

/** Each real number moved by 2^-23 of itself, up or down. */
function lastBitsMoved(feeds: ReadonlyMap<ValueName, Tensor>): Map<ValueName, Tensor> {
  const rng = createRng(1);
  const step = 2 ** -23;
  return new Map(
    [...feeds].map(([name, tensor]) => {
      if (tensor.dtype !== 'f32') return [name, tensor];
      const data = (tensor.data as Float32Array).map((x) => x * (rng.uint32() & 1 ? 1 + step : 1 - step));
      return [name, { ...tensor, data }];
    }),
  );
}
