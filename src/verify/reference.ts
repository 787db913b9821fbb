import type { DType, Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { toBfloat16Bits } from '../numerics/float16.ts';
import { createRng } from '../numerics/rng.ts';
import { openGraph } from '../runtime/graph-session.ts';
import { must } from '../support/errors.ts';
import type { TypedValue } from './compare.ts';
import { carried, cutGraph } from './cut-graph.ts';
import { hasStandIn } from './definitions/in-float64.ts';

/** One inference of the generated C, in ONNX order. */
export interface CRun {
  /** What the model was given, as it takes it (codes where its inputs are codes). */
  readonly feed: ReadonlyMap<ValueName, Tensor>;
  /** In the order of the program's outputs. */
  readonly outputs: readonly TypedArray[];
  /** Traced values; none where layers are not compared. */
  readonly values: ReadonlyMap<ValueName, TypedArray>;
}

/** What onnxruntime computes for one inference, each layer from what the C fed it. */
export interface Reference {
  resultOf(port: TypedValue): TypedArray;
  /** A value as the layers that read it saw it. */
  seen(value: ValueName): Tensor;
  /** The same, computed from real numbers that are moved in their last bit. */
  moved(): Promise<Pick<Reference, 'resultOf'>>;
}

export interface ReferenceSession {
  run(run: CRun): Promise<Reference>;
  release(): Promise<void>;
}

/** `known`: what each run of the C shows; `wanted`: values to be computed besides. */
export async function openReference(
  oracle: Graph,
  known: readonly TypedValue[],
  wanted: readonly ValueName[],
): Promise<ReferenceSession> {
  const names = known.map(({ value }) => value);
  const { graph, given, shown } = cutGraph(oracle, names, wanted);
  const session = await openGraph(graph);
  const steps = lastBits(oracle);
  const resultsIn =
    (results: ReadonlyMap<string, Tensor>) =>
    ({ value, type }: TypedValue): TypedArray => {
      const { dtype, data } = must(results.get(must(shown.get(value), value)), value);
      return type.dtype === 'bf16' && dtype === 'f32' ? Uint16Array.from(data as Float32Array, toBfloat16Bits) : data;
    };
  return {
    async run({ feed, values }) {
      const traced = new Map(
        known.map(({ value, type: { dtype, shape } }): [ValueName, Tensor] => {
          return [value, { dtype, shape, data: must(values.get(value), value) }];
        }),
      );
      const feeds = new Map([
        ...feed,
        ...[...traced].map(([value, tensor]) => [must(given.get(value), value), carried(tensor)] as const),
      ]);
      const results = await session.run(feeds);
      return {
        resultOf: resultsIn(results),
        seen: (value) =>
          must(feed.get(value) ?? traced.get(value) ?? oracle.constants.get(value) ?? results.get(value), value),
        moved: async () => ({ resultOf: resultsIn(await session.run(lastBitsMoved(feeds, steps))) }),
      };
    },
    release: () => session.release(),
  };
}

/** The last bit of a number by its type; where layers of float64 are computed in float32, that of float32. */
function lastBits({ nodes }: Graph): ReadonlyMap<DType, number> {
  const single = 2 ** -23;
  const double = nodes.some(({ op }) => hasStandIn(op)) ? single : 2 ** -52;
  return new Map([
    ['f32', single],
    ['f64', double],
  ]);
}

/** Each real number moved by so much of itself, up or down. */
function lastBitsMoved(
  feeds: ReadonlyMap<ValueName, Tensor>,
  steps: ReadonlyMap<DType, number>,
): Map<ValueName, Tensor> {
  const rng = createRng(1);
  return new Map(
    [...feeds].map(([name, tensor]) => {
      const step = steps.get(tensor.dtype);
      if (step === undefined) return [name, tensor];
      const data = (tensor.data as Float32Array).map((x) => x * (rng.uint32() & 1 ? 1 + step : 1 - step));
      return [name, { ...tensor, data }];
    }),
  );
}
