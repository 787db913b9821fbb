import type { Graph, Tensor, TensorType } from '../../ir/types.ts';
import { dequantizeArray } from '../../quant/affine.ts';
import type { Moments } from '../../quant/fewbit/moments.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { choosePositions, type Patches, patchesOf } from './patches.ts';
import type { WeightLayer } from './weight-layer.ts';

/** Inputs of so many outputs tell enough of a layer; more samples give fewer positions each. */
const MOST_PATCHES = 65_536;
/** Patches that onnxruntime multiplies at once. */
const CHUNK = 2048;
/** Below this depth a loop is quicker than a matrix product elsewhere. */
const SMALL = 16;

/**
 * The moments of a layer's inputs, one per group, over calibration samples.
 * @param float inputs of the float layer, one tensor per sample
 * @param codes inputs of the quantized layer for the same samples
 */
export async function collectMoments(
  layer: WeightLayer,
  float: readonly Tensor[],
  codes: readonly Tensor[],
  ctx: PassContext,
): Promise<Moments[]> {
  const patches = patchesOf(layer);
  const perSample = Math.max(1, Math.ceil(MOST_PATCHES / float.length));
  const chosen = float.map(() => choosePositions(patches.positions, perSample, ctx.rng));
  const quantized = codes.map(({ data }) => dequantizeArray(data as Int8Array, layer.inputAffine));
  const inputs = { chosen, float: float.map(({ data }) => data as Float32Array), quantized };
  const moments: Moments[] = [];
  const product = createProduct(layer.depth, ctx);
  for (let group = 0; group < layer.groups; group++) {
    moments.push(await groupMoments(layer.depth, group, patches, inputs, product));
  }
  return moments;
}

interface Inputs {
  readonly chosen: readonly Int32Array[];
  readonly float: readonly Float32Array[];
  readonly quantized: readonly Float32Array[];
}

/** Adds x^ x^T and x x^T of the first `rows` rows of n numbers. */
type Product = (x: Float32Array, xq: Float32Array, rows: number, sums: Sums) => Promise<void> | void;

interface Sums {
  readonly quantized: Float64Array;
  readonly cross: Float64Array;
}

async function groupMoments(
  n: number,
  group: number,
  patches: Patches,
  inputs: Inputs,
  product: Product,
): Promise<Moments> {
  const sums = { quantized: new Float64Array(n * n), cross: new Float64Array(n * n) };
  const floatMean = new Float64Array(n);
  const quantizedMean = new Float64Array(n);
  const [x, xq] = [new Float32Array(CHUNK * n), new Float32Array(CHUNK * n)];
  const offsets = new Int32Array(n);
  let rows = 0;
  let count = 0;
  for (const [sample, positions] of inputs.chosen.entries()) {
    for (const position of positions) {
      patches.fill(position, group, offsets);
      for (let i = 0; i < n; i++) {
        const at = offsets[i];
        floatMean[i] += x[rows * n + i] = at < 0 ? 0 : inputs.float[sample][at];
        quantizedMean[i] += xq[rows * n + i] = at < 0 ? 0 : inputs.quantized[sample][at];
      }
      count++;
      if (++rows < CHUNK) continue;
      await product(x, xq, rows, sums);
      rows = 0;
    }
  }
  if (rows > 0) await product(x, xq, rows, sums);
  const mean = (sum: Float64Array) => sum.map((value) => value / count);
  return {
    n,
    quantized: mean(sums.quantized),
    cross: mean(sums.cross),
    floatMean: mean(floatMean),
    quantizedMean: mean(quantizedMean),
  };
}

function createProduct(n: number, ctx: PassContext): Product {
  if (n <= SMALL) return (x, xq, rows, sums) => addProducts(x, xq, rows, n, sums);
  const graph = productGraph(n);
  return async (x, xq, rows, sums) => {
    x.fill(0, rows * n);
    xq.fill(0, rows * n);
    const tensor = (data: Float32Array): Tensor => ({ dtype: 'f32', shape: [CHUNK, n], data });
    const results = await ctx.evaluate(
      graph,
      new Map([
        ['x', tensor(x)],
        ['xq', tensor(xq)],
      ]),
    );
    add(sums.quantized, must(results.get('h'), 'h').data as Float32Array);
    add(sums.cross, must(results.get('c'), 'c').data as Float32Array);
  };
}

function addProducts(x: Float32Array, xq: Float32Array, rows: number, n: number, { quantized, cross }: Sums): void {
  for (let row = 0; row < rows * n; row += n) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        quantized[i * n + j] += xq[row + i] * xq[row + j];
        cross[i * n + j] += x[row + i] * xq[row + j];
      }
    }
  }
}

function add(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

/** h = xq^T xq and c = x^T xq. */
function productGraph(n: number): Graph {
  const rows: TensorType = { dtype: 'f32', shape: [CHUNK, n], quant: null };
  const square: TensorType = { dtype: 'f32', shape: [n, n], quant: null };
  const gemm = (input: string, output: string) => ({
    op: 'Gemm',
    domain: '',
    name: output,
    inputs: [input, 'xq'],
    outputs: [output],
    attributes: { transA: 1 },
    clip: null,
  });
  return {
    name: 'moments',
    inputs: ['x', 'xq'],
    outputs: ['h', 'c'],
    nodes: [gemm('xq', 'h'), gemm('x', 'c')],
    types: new Map([
      ['x', rows],
      ['xq', rows],
      ['h', square],
      ['c', square],
    ]),
    constants: new Map(),
  };
}
