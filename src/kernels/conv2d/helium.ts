import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { permuted } from '../../ir/permute.ts';
import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import { formSuffix } from '../forms.ts';
import { requantizesByVectors } from '../helium-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';
import { chunkOverlap, pairOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { depthOf } from './gemm-weights.ts';
import { type Strip, stripOf } from './helium-strip.ts';
import { isPlainPointwise } from './layout.ts';

const FOUR_ROWS = [0, 1, 2, 3];

/** 1x1 without stride: pixels are read where they lie. */
export const pointwiseHeliumS8: Kernel<LinearJob> = {
  id: 'pointwise_helium_s8',
  needs: ['mve'],
  tile: { outputs: 4, pixels: 2, depth: 16 },
  accepts(job) {
    const { shape } = job;
    if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1) return 'it is no 1x1 without stride';
    return requantizesByVectors(withoutShift(job));
  },
  scratchBytes: ({ shape }) => copyBytes(shape),
  overlap: ({ shape }) => ({ atLeast: pairOverlap(asOneImage(shape), false) }),
  work: ({ shape }) => gemmWork(shape, shape.batch * Math.ceil((shape.out_h * shape.out_w) / 2)),
  tableBytes: ({ shape }) => heliumStreamBytes(shape.out_c, shape.in_c, FOUR_ROWS.length),
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, x, y, zeroPoint, macs, summary } = job;
    const pixels = shape.batch * shape.out_h * shape.out_w;
    const numbers = { pixels, 'input channels': shape.in_c, 'output channels': shape.out_c, rows: shape.out_c };
    const copy = copyBytes(shape) === 0 ? 'NULL' : lower.scratch(copyBytes(shape), 'int8_t');
    const w = plainStreams(job, lower);
    const list = [{ ...numbers, 'zero point': zeroPoint }, x.name, w, copy, { copied: copiedPixels(shape) }, y.name];
    return { ...kernelCall(`nn_pointwise_helium_s8${formSuffix(job.form)}`, null, list), macs, summary };
  },
};

/** Last pixels behind which a vector would reach beyond the input. */
function copiedPixels({ batch, out_h, out_w, in_c }: WindowShape): number {
  return Math.min(batch * out_h * out_w, Math.ceil((lanesOf(in_c) - in_c) / in_c));
}

function copyBytes(shape: WindowShape): number {
  const copied = copiedPixels(shape);
  return copied === 0 ? 0 : (copied - 1) * shape.in_c + lanesOf(shape.in_c);
}

/** Any window: its columns are copied to a strip that neighbours share. */
export const conv2dHeliumS8: Kernel<LinearJob> = {
  id: 'conv2d_helium_s8',
  needs: ['mve'],
  tile: { outputs: 4, pixels: 2, depth: 16 },
  accepts: (job) => requantizesByVectors(withoutShift(job)),
  scratchBytes: ({ shape }) => stripOf(shape).bytes,
  overlap({ shape }) {
    const { most, inRow } = stripOf(shape);
    return { atLeast: chunkOverlap(shape, { most, inRow }, shape.groups === 1) };
  },
  work: ({ shape }) => stripWork(shape, stripOf(shape)),
  tableBytes: ({ shape: s }) => s.groups * heliumStreamBytes(s.out_c / s.groups, depthOf(s), FOUR_ROWS.length),
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
    const strip = stripOf(shape);
    const { most, inRow, between, offsets } = strip;
    const rows = shape.out_c / shape.groups;
    const words = heliumStreamBytes(rows, depthOf(shape), FOUR_ROWS.length) / 4;
    const comment = `where the codes of a column of ${job.name} lie, from its first one`;
    const table = offsets === null ? 'NULL' : lower.table('offsets', 'u16', offsets, 'parameters', comment);
    const list = [
      { 'zero point': zeroPoint },
      x.name,
      { 'input zero point': inputZeroPoint },
      plainStreams(job, lower),
      { 'words of a group': words, 'its rows': rows },
      table,
      { 'windows at most': most, 'columns between': between, 'in a row': inRow ? 1 : 0 },
      lower.scratch(strip.bytes, 'int8_t'),
      y.name,
    ];
    return { ...kernelCall(`nn_conv2d_helium_s8${formSuffix(job.form)}`, strip.shape, list), macs, summary };
  },
};

/** The streams of all groups, one after the other; columns as the strip has them: [kernel_w][kernel_h][in]. */
function plainStreams(job: LinearJob, lower: LowerBuilder): string {
  const { shape, name, weights, bias, multiplier } = job;
  const [rows, depth] = [shape.out_c / shape.groups, depthOf(shape)];
  const flat = { ...weights, shape: [shape.out_c, shape.in_c / shape.groups, shape.kernel_h, shape.kernel_w] };
  const codes = permuted(flat, [0, 3, 2, 1]).data as Codes;
  const streams = Array.from({ length: shape.groups }, (_, g) => {
    const first = g * rows;
    const weight = (row: number, column: number) => codes[(first + row) * depth + column];
    const own = { bias: bias.subarray(first, first + rows), multiplier: multiplier.subarray(first, first + rows) };
    return heliumStream({ rows, depth, weight, ...own }, FOUR_ROWS);
  });
  const words = Uint32Array.from(streams.flatMap((stream) => [...stream]));
  const comment = `int8 weights [out / 4][products / 16][4][16] of ${name}, with bias and multipliers`;
  return lower.table('weights', 'u32', words, 'weights', comment, 8 * 4 * Math.ceil(rows / 4) * shape.groups);
}

/** nn_gemm_helium_s8 over pairs of windows. */
function gemmWork(shape: WindowShape, pairs: number): Work {
  const blocks = pairs * Math.ceil(shape.out_c / shape.groups / 4) * shape.groups;
  return { layer: 1, pairs: pairs * shape.groups, blocks, vectors: (8 * blocks * lanesOf(depthOf(shape))) / LANES };
}

function stripWork(shape: WindowShape, { most, inRow, between, columnBytes }: Strip): Work {
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
