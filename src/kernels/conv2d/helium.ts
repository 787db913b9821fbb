import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { permuted } from '../../ir/permute.ts';
import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import { multipliesByVectors } from '../helium-limits.ts';
import { FIELD_BITS, type FieldBits, heliumVariant, idOf, multipliersOf } from '../helium-variants.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { type HeliumRows, heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';
import { chunkOverlap, pairOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { depthOf } from './gemm-weights.ts';
import { type Strip, stripOf } from './helium-strip.ts';
import { isPlainPointwise } from './layout.ts';

/** 1x1 without stride: pixels are read where they lie. */
export const POINTWISE_HELIUM: readonly Kernel<LinearJob>[] = FIELD_BITS.map(pointwiseHelium);

/** Any window: its columns are copied to a strip that neighbours share. */
export const CONV2D_HELIUM: readonly Kernel<LinearJob>[] = FIELD_BITS.map(conv2dHelium);

const rowsOf = (bits: FieldBits): HeliumRows => ({ bits, order: [0, 1, 2, 3] });

function pointwiseHelium(bits: FieldBits): Kernel<LinearJob> {
  return {
    id: idOf('pointwise_helium', bits),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts(job) {
      const { shape } = job;
      const isPlain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
      return isPlain ? multipliesByVectors(job, bits) : 'it is no 1x1 without stride';
    },
    scratchBytes: ({ shape }) => copyBytes(shape),
    overlap: ({ shape }) => ({ atLeast: pairOverlap(asOneImage(shape), false) }),
    work: ({ shape }) => gemmWork(shape, Math.ceil((shape.batch * shape.out_h * shape.out_w) / 2)),
    tableBytes: ({ shape }) => heliumStreamBytes(shape.out_c, shape.in_c, rowsOf(bits)),
    build(job, lower) {
      const { shape, x, y, zeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('pointwise_helium', 'gemm_helium', bits, job);
      const pixels = shape.batch * shape.out_h * shape.out_w;
      const channels = { 'input channels': shape.in_c, 'output channels': shape.out_c };
      const numbers = { pixels, ...channels, 'zero point': zeroPoint, shift };
      const copy = copyBytes(shape) === 0 ? 'NULL' : lower.scratch(copyBytes(shape), 'int8_t');
      const w = streams(job, bits, lower);
      const call = kernelCall(kernel, null, [numbers, x.name, w, copy, { copied: copiedPixels(shape) }, y.name]);
      return { ...call, instances, macs, summary, reading: bits === 8 ? 'bytes' : 'inline' };
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

function conv2dHelium(bits: FieldBits): Kernel<LinearJob> {
  return {
    id: idOf('conv2d_helium', bits),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts: (job) => multipliesByVectors(job, bits),
    scratchBytes: ({ shape }) => stripOf(shape).bytes,
    overlap({ shape }) {
      const { most, inRow } = stripOf(shape);
      return { atLeast: chunkOverlap(shape, { most, inRow }, shape.groups === 1) };
    },
    work: ({ shape }) => stripWork(shape, stripOf(shape)),
    tableBytes: ({ shape: s }) => s.groups * heliumStreamBytes(s.out_c / s.groups, depthOf(s), rowsOf(bits)),
    build(job, lower) {
      const { shape, name, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('conv2d_helium', 'gemm_helium', bits, job);
      const strip = stripOf(shape);
      const rows = shape.out_c / shape.groups;
      const comment = `where the codes of a column of ${name} lie, from its first one`;
      const call = kernelCall(kernel, strip.shape, [
        { 'zero point': zeroPoint, shift },
        x.name,
        { 'input zero point': inputZeroPoint },
        streams(job, bits, lower),
        { 'words of a group': heliumStreamBytes(rows, depthOf(shape), rowsOf(bits)) / 4 },
        strip.offsets === null ? 'NULL' : lower.table('offsets', 'u16', strip.offsets, 'parameters', comment),
        { 'windows at most': strip.most, 'columns between': strip.between, 'in a row': strip.inRow ? 1 : 0 },
        lower.scratch(strip.bytes, 'int8_t'),
        y.name,
      ]);
      return { ...call, instances, macs, summary, reading: bits === 8 ? 'bytes' : 'inline' };
    },
  };
}

/** Those of all groups, one after the other; columns as the strip has them: [kernel_w][kernel_h][in]. */
function streams(job: LinearJob, bits: FieldBits, lower: LowerBuilder): string {
  const { shape, name, weights, bias } = job;
  const multiplier = multipliersOf(job);
  const [rows, depth] = [shape.out_c / shape.groups, depthOf(shape)];
  const flat = { ...weights, shape: [shape.out_c, shape.in_c / shape.groups, shape.kernel_h, shape.kernel_w] };
  const codes = permuted(flat, [0, 3, 2, 1]).data as Codes;
  const words = Array.from({ length: shape.groups }, (_, g) => {
    const first = g * rows;
    const weight = (row: number, column: number) => codes[(first + row) * depth + column];
    const own = { bias: bias.subarray(first, first + rows), multiplier: multiplier.subarray(first, first + rows) };
    return [...heliumStream({ rows, depth, weight, ...own }, rowsOf(bits))];
  });
  const comment = `weights [out / 4][products / 16][4][16] of ${name} in ${bits} bits, with bias and multipliers`;
  const parameters = 8 * 4 * Math.ceil(rows / 4) * shape.groups;
  return lower.table('weights', 'u32', Uint32Array.from(words.flat()), 'weights', comment, parameters);
}

/** nn_gemm_helium over pairs of windows. */
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
