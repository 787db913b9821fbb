import { stringAttribute } from '../ir/attributes.ts';
import { typeOf } from '../ir/graph.ts';
import type { Graph, Node, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { type GraphSession, openGraph } from '../runtime/graph-session.ts';
import { must } from '../support/errors.ts';
import { isSameNumber } from './compare.ts';
import { type Defined, LARGEST, withBeyond } from './definitions/definition.ts';
import { clamped } from './definitions/index.ts';

/** Inputs whose product is a term, and those that are terms by themselves; `places`: numbers that say where the terms lie. */
interface Terms {
  readonly factors: readonly number[];
  readonly addends?: readonly number[];
  readonly places?: readonly number[];
}

const ALL = Array.from({ length: 32 }, (_, i) => i);

/** Operators that do nothing but add up terms. */
const TERMS: Readonly<Record<string, Terms>> = {
  Conv: { factors: [0, 1], addends: [2] },
  ConvTranspose: { factors: [0, 1], addends: [2] },
  DeformConv: { factors: [0, 1, 4], addends: [3], places: [2] },
  Gemm: { factors: [0, 1], addends: [2] },
  MatMul: { factors: [0, 1] },
  AveragePool: { factors: [0] },
  GlobalAveragePool: { factors: [0] },
  ReduceSum: { factors: [0] },
  ReduceMean: { factors: [0] },
  CumSum: { factors: [0] },
  Resize: { factors: [0] },
  RoiAlign: { factors: [0] },
  GridSample: { factors: [0], places: [1] },
  AffineGrid: { factors: [0] },
  Sum: { factors: [], addends: ALL },
  Mean: { factors: [], addends: ALL },
};

/** Weights of cubic interpolation, and coordinates, are negative in part: their magnitudes add up to less than 4. */
const WEIGHTS: Readonly<Record<string, number>> = { Resize: 4, AffineGrid: 4, GridSample: 4 };

/** Interpolation between neighbours, some of which may have no weight. */
const SAMPLES: ReadonlySet<string> = new Set(['Resize', 'RoiAlign', 'DeformConv', 'GridSample']);

/** Brings what is near the end of float32 into its middle; what leaves float32 all the same was beyond it before. */
const STEP = 2 ** -32;

/** A place from here on, infinite or none at all, lies outside of every image. */
const OUTSIDE = 2 ** 20;

export function addsUp(graph: Graph, node: Node, value: ValueName): boolean {
  const chooses = node.op === 'RoiAlign' && stringAttribute(node, 'mode', 'avg') === 'max';
  return node.domain === '' && node.op in TERMS && !chooses && typeOf(graph, value).dtype === 'f32';
}

/** A layer of these computed from smaller numbers, which do not leave float32. */
export interface SmallSums {
  /**
   * Where the terms of a sum leave float32 together, it depends on their order whether it is a number, infinite, or none; and where a
   * weight is not finite, whether it meets the zeros of the padding.
   */
  byDefinition(inputs: readonly (Tensor | null)[], ofC: TypedArray, ofRuntime: TypedArray): Promise<Defined>;
  release(): Promise<void>;
}

export function smallSums(graph: Graph, node: Node, value: ValueName): SmallSums {
  const { factors, addends = [], places = [] } = must(TERMS[node.op], node.op);
  const degree = Math.max(1, factors.filter((i) => node.inputs[i] != null).length);
  const isTerm = (i: number) => factors.includes(i) || addends.includes(i);
  const fixed = (i: number) => !isTerm(i) && graph.constants.has(node.inputs[i] ?? '');
  let session: GraphSession | null = null;
  return {
    async byDefinition(inputs, ofC, ofRuntime) {
      session ??= await openGraph(alone(graph, node, value, fixed));
      const run = async (element: (x: number, input: number) => number) => {
        const feeds = inputs.flatMap((tensor, i): [ValueName, Tensor][] => {
          if (!tensor || fixed(i)) return [];
          const of = isTerm(i) ? element : places.includes(i) ? nearby : null;
          return [[inputName(i), of ? { ...tensor, data: numbersOf(tensor).map((x) => of(x, i)) } : tensor]];
        });
        return Float64Array.from(numbersOf(must((await session!.run(new Map(feeds))).get(value), value)));
      };
      const wild = inputs.map((tensor, i) => tensor !== null && isTerm(i) && !numbersOf(tensor).every(Number.isFinite));
      const far = inputs.some((tensor, i) => tensor && places.includes(i) && numbersOf(tensor).some(isOutside));
      const small = (x: number, i: number) => (Number.isFinite(x) ? x : 0) * STEP ** (factors.includes(i) ? 1 : degree);
      const weight = WEIGHTS[node.op];
      const magnitudes = await run((x, i) => (weight ?? 1) * Math.abs(small(x, i)));
      const largest = magnitudes.reduce((most, x) => Math.max(most, x), 0);
      const beyond = (i: number) => (weight ? largest : magnitudes[i]!) / STEP ** degree > LARGEST;
      const ofOthers = (input: number) => (factors.includes(input) ? 1 : 0);
      const touched = await touches(run, wild, ofOthers);
      const exact = (await run(small)).map((y, i) => {
        if (isSameNumber(ofC[i]!, ofRuntime[i]!)) return Number(ofC[i]);
        const known = !touched(i) && (far || beyond(i) || !Number.isFinite(Number(ofRuntime[i])));
        return known ? y / STEP ** degree : Number(ofRuntime[i]);
      });
      // Infinities and zeros meet in the padding, and beside the places that are sampled.
      const padded = SAMPLES.has(node.op) || wild.some((is, i) => is && i > 0);
      const defined = withBeyond(exact, ofC, (i) => beyond(i) || (padded && touched(i)));
      return { result: clamped(node, defined.result), beyond: (i) => beyond(i) || defined.beyond(i) };
    },
    async release() {
      await session?.release();
    },
  };
}

/** Whether what is not finite comes into a sum. */
async function touches(
  run: (element: (x: number, input: number) => number) => Promise<Float64Array>,
  wild: readonly boolean[],
  ofOthers: (input: number) => number,
): Promise<(index: number) => boolean> {
  const counts: Float64Array[] = [];
  for (const [i, is] of wild.entries()) {
    if (is) counts.push(await run((x, input) => (input !== i ? ofOthers(input) : Number.isFinite(x) ? 0 : 1)));
  }
  return (index) => counts.some((count) => count[index] !== 0);
}

function numbersOf({ data }: Tensor): Float32Array {
  return data as Float32Array;
}

function isOutside(place: number): boolean {
  return !(Math.abs(place) < OUTSIDE);
}

function nearby(place: number): number {
  return isOutside(place) ? OUTSIDE : place;
}

const inputName = (index: number): ValueName => `in${index}`;

/** The node by itself; what is fixed stays a constant. */
function alone(graph: Graph, node: Node, value: ValueName, fixed: (input: number) => boolean): Graph {
  const types = new Map([[value, typeOf(graph, value)]]);
  const constants = new Map<ValueName, Tensor>();
  const inputs: ValueName[] = [];
  for (const [i, input] of node.inputs.entries()) {
    if (input === null) continue;
    types.set(inputName(i), typeOf(graph, input));
    if (fixed(i)) constants.set(inputName(i), must(graph.constants.get(input), input));
    else inputs.push(inputName(i));
  }
  const own = {
    inputs: node.inputs.map((input, i) => (input === null ? null : inputName(i))),
    outputs: node.outputs.map((output) => (output === value ? value : null)),
  };
  return { name: '', inputs, outputs: [value], nodes: [{ ...node, ...own, clip: null }], types, constants };
}
