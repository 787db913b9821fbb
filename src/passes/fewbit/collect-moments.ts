import type { Tensor } from '../../ir/types.ts';
import { dequantizeArray } from '../../quant/affine.ts';
import type { Moments } from '../../quant/fewbit/moments.ts';
import type { PassContext } from '../pass.ts';
import { CHUNK, createProduct, type Product } from './outer-products.ts';
import { choosePositions, outputElement, patchesOf } from './patches.ts';
import type { WeightLayer } from './weight-layer.ts';

/** Inputs of so many outputs tell enough of a layer; more samples give fewer positions each. */
const MOST_PATCHES = 65_536;

/** What a layer sees over the calibration samples, one array per sample. */
export interface LayerSamples {
  /** Inputs of the float layer, and those of the quantized layer as codes. */
  readonly float: readonly Tensor[];
  readonly codes: readonly Tensor[];
  /** What each output is to make up for besides (real numbers, laid out as the output); null: nothing. */
  readonly shortfall: readonly Float32Array[] | null;
}

/** The moments of a layer's inputs, one per group, over outputs chosen at random from every sample. */
export async function collectMoments(layer: WeightLayer, samples: LayerSamples, ctx: PassContext): Promise<Moments[]> {
  const { positions } = patchesOf(layer);
  const perSample = Math.max(1, Math.ceil(MOST_PATCHES / samples.float.length));
  const source: Source = {
    layer,
    chosen: samples.float.map(() => choosePositions(positions, perSample, ctx.rng)),
    float: samples.float.map(({ data }) => data as Float32Array),
    quantized: samples.codes.map(({ data }) => dequantizeArray(data as Int8Array, layer.inputAffine)),
    shortfall: samples.shortfall,
  };
  const product = createProduct(layer.depth, samples.shortfall ? layer.rows / layer.groups : 0, ctx);
  const moments: Moments[] = [];
  for (let group = 0; group < layer.groups; group++) moments.push(await groupMoments(source, group, product));
  return moments;
}

interface Source {
  readonly layer: WeightLayer;
  /** Output positions of each sample. */
  readonly chosen: readonly Int32Array[];
  readonly float: readonly Float32Array[];
  readonly quantized: readonly Float32Array[];
  readonly shortfall: readonly Float32Array[] | null;
}

async function groupMoments(source: Source, group: number, product: Product): Promise<Moments> {
  const { layer, chosen, float, quantized, shortfall } = source;
  const n = layer.depth;
  const rows = layer.rows / layer.groups;
  const patches = patchesOf(layer);
  const sums = {
    quantized: new Float64Array(n * n),
    cross: new Float64Array(n * n),
    shortfall: new Float64Array(rows * n),
  };
  const [floatMean, quantizedMean, shortfallMean] = [new Float64Array(n), new Float64Array(n), new Float64Array(rows)];
  const [x, xq, d] = [new Float32Array(CHUNK * n), new Float32Array(CHUNK * n), new Float32Array(CHUNK * rows)];
  const offsets = new Int32Array(n);
  let filled = 0;
  let count = 0;
  for (const [sample, positions] of chosen.entries()) {
    for (const position of positions) {
      patches.fill(position, group, offsets);
      for (let i = 0; i < n; i++) {
        const at = offsets[i];
        floatMean[i] += x[filled * n + i] = at < 0 ? 0 : float[sample][at];
        quantizedMean[i] += xq[filled * n + i] = at < 0 ? 0 : quantized[sample][at];
      }
      for (let r = 0; shortfall !== null && r < rows; r++) {
        const value = shortfall[sample][outputElement(layer, position, group * rows + r)];
        shortfallMean[r] += d[filled * rows + r] = value;
      }
      count++;
      if (++filled < CHUNK) continue;
      await product({ x, xq, d, count: filled }, sums);
      filled = 0;
    }
  }
  if (filled > 0) await product({ x, xq, d, count: filled }, sums);
  const mean = (sum: Float64Array) => sum.map((value) => value / Math.max(1, count));
  return {
    n,
    quantized: mean(sums.quantized),
    cross: mean(sums.cross),
    floatMean: mean(floatMean),
    quantizedMean: mean(quantizedMean),
    shortfall: mean(sums.shortfall),
    shortfallMean: mean(shortfallMean),
  };
}
