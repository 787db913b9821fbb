import type { WindowShape } from '../../ir/window.ts';
import { type HeliumCodes, heliumVariant, ISOLATED, pricedAs } from '../helium-variants.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { LANES, lanesOf } from '../packing/helium-stream.ts';
import { inRamOrFlash } from '../pairs-in-ram.ts';
import { chunkOverlap, pairOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { depthOf } from './gemm-weights.ts';
import { type Strip, stripOf } from './helium-strip.ts';
import { heliumWeights } from './helium-weights.ts';
import { isPlainPointwise } from './layout.ts';

/** 1x1 without stride: pixels are read where they lie. */
export const POINTWISE_HELIUM: readonly Kernel<LinearJob>[] = ISOLATED.map(pointwiseHelium);
export const POINTWISE_HELIUM_PAIRS: readonly Kernel<LinearJob>[] = inRamOrFlash([pointwiseHelium('pairs')]);

/** Any window: its columns are copied to a strip that neighbours share. */
export const CONV2D_HELIUM: readonly Kernel<LinearJob>[] = ISOLATED.map(conv2dHelium);
export const CONV2D_HELIUM_PAIRS: readonly Kernel<LinearJob>[] = inRamOrFlash([conv2dHelium('pairs')]);

function pointwiseHelium(codes: HeliumCodes): Kernel<LinearJob> {
  const weights = heliumWeights(codes, ({ shape }) => pairOverlap(asOneImage(shape), false));
  return {
    id: `pointwise_helium_${codes}`,
    ...pricedAs('pointwise_helium', codes),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts(job) {
      const { shape } = job;
      const isPlain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
      return isPlain ? weights.accepts(job) : 'it is no 1x1 without stride';
    },
    scratchBytes: (job) => copyBytes(job.shape) + weights.scratchBytes(job),
    overlap: weights.overlap,
    work(job) {
      const { batch, out_h, out_w } = job.shape;
      const { layer, pairs, ...multiplying } = gemmWork(job.shape, Math.ceil((batch * out_h * out_w) / 2));
      return weights.work(job, { layer, pairs, copied: copyBytes(job.shape) }, multiplying);
    },
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const { shape, x, zeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('pointwise_helium', 'gemm_helium', codes, job);
      const { rows, w, outputs, y, reading } = weights.build(job, lower);
      const pixels = shape.batch * shape.out_h * shape.out_w;
      const channels = { 'input channels': shape.in_c, 'output channels': shape.out_c, 'at a time': outputs };
      const numbers = { pixels, ...channels, 'zero point': zeroPoint, shift };
      const copy = copyBytes(shape) === 0 ? 'NULL' : lower.scratch(copyBytes(shape), 'int8_t');
      const list = [numbers, x.name, ...w, copy, { copied: copiedPixels(shape) }, y];
      return { ...kernelCall(kernel, null, list, { rows }), instances, macs, summary, reading };
    },
  };
}

/** Last pixels behind which a vector would reach beyond the input. */
function copiedPixels({ batch, out_h, out_w, in_c }: WindowShape): number {
  return Math.min(batch * out_h * out_w, Math.ceil((lanesOf(in_c) - in_c) / in_c));
}

function copyBytes(shape: WindowShape): number {
  const copied = copiedPixels(shape);
  return copied === 0 ? 0 : (copied - 1) * shape.in_c + lanesOf(shape.in_c);
}

function conv2dHelium(codes: HeliumCodes): Kernel<LinearJob> {
  const weights = heliumWeights(codes, ({ shape }) => {
    const { most, inRow } = stripOf(shape);
    return chunkOverlap(shape, { most, inRow }, shape.groups === 1);
  });
  return {
    id: `conv2d_helium_${codes}`,
    ...pricedAs('conv2d_helium', codes),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts: weights.accepts,
    scratchBytes: (job) => stripOf(job.shape).bytes + weights.scratchBytes(job),
    overlap: weights.overlap,
    work(job) {
      const { blocks, vectors, ...gathering } = stripWork(job.shape, stripOf(job.shape));
      return weights.work(job, gathering, { blocks, vectors });
    },
    tableBytes: weights.tableBytes,
    build(job, lower) {
      const { shape, name, x, zeroPoint, inputZeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('conv2d_helium', 'gemm_helium', codes, job);
      const { rows, w, words, outputs, y, reading } = weights.build(job, lower);
      const strip = stripOf(shape);
      const comment = `where the codes of a column of ${name} lie, from its first one`;
      const list = [
        { 'zero point': zeroPoint, shift },
        x.name,
        { 'input zero point': inputZeroPoint },
        ...w,
        { 'words of a group': words, 'outputs at a time': outputs },
        strip.offsets === null ? 'NULL' : lower.table('offsets', 'u16', strip.offsets, 'parameters', comment),
        { 'windows at most': strip.most, 'columns between': strip.between, 'in a row': strip.inRow ? 1 : 0 },
        lower.scratch(strip.bytes, 'int8_t'),
        y,
      ];
      return { ...kernelCall(kernel, strip.shape, list, { rows }), instances, macs, summary, reading };
    },
  };
}

/** nn_gemm_helium over pairs of windows. */
function gemmWork(shape: WindowShape, pairs: number) {
  const blocks = pairs * Math.ceil(shape.out_c / shape.groups / 4) * shape.groups;
  return { layer: 1, pairs: pairs * shape.groups, blocks, vectors: (8 * blocks * lanesOf(depthOf(shape))) / LANES };
}

function stripWork(shape: WindowShape, { most, inRow, between, columnBytes }: Strip) {
  const [runs, length] = inRow ? [shape.out_h, shape.out_w] : [1, shape.out_h * shape.out_w];
  const images = shape.batch * runs;
  const chunks = images * Math.ceil(length / most);
  const columns = shape.groups * (images * length * between + chunks * (shape.kernel_w - between));
  return {
    ...gemmWork(shape, images * Math.ceil(length / 2)),
    chunks: chunks * shape.groups,
    columns,
    copied: columns * columnBytes,
  };
}
