import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { permuted } from '../../ir/permute.ts';
import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import { multipliesByVectors } from '../helium-limits.ts';
import {
  HELIUM_READINGS,
  type HeliumCodes,
  heliumVariant,
  ISOLATED,
  multipliersOf,
  pricedAs,
} from '../helium-variants.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { type HeliumPairs, heliumPairs } from '../packing/helium-pairs.ts';
import { type HeliumRows, heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';
import { inRamOrFlash } from '../pairs-in-ram.ts';
import { chunkOverlap, pairOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { depthOf } from './gemm-weights.ts';
import { type Strip, stripOf } from './helium-strip.ts';
import { isPlainPointwise } from './layout.ts';

/** 1x1 without stride: pixels are read where they lie. */
export const POINTWISE_HELIUM: readonly Kernel<LinearJob>[] = ISOLATED.map(pointwiseHelium);
export const POINTWISE_HELIUM_PAIRS: readonly Kernel<LinearJob>[] = inRamOrFlash([pointwiseHelium('pairs')]);

/** Any window: its columns are copied to a strip that neighbours share. */
export const CONV2D_HELIUM: readonly Kernel<LinearJob>[] = ISOLATED.map(conv2dHelium);
export const CONV2D_HELIUM_PAIRS: readonly Kernel<LinearJob>[] = inRamOrFlash([conv2dHelium('pairs')]);

const rowsOf = (codes: HeliumCodes): HeliumRows => ({ codes, order: [0, 1, 2, 3] });

function pointwiseHelium(codes: HeliumCodes): Kernel<LinearJob> {
  const pairs = heliumPairs(codes);
  return {
    id: `pointwise_helium_${codes}`,
    ...pricedAs('pointwise_helium', codes),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts(job) {
      const { shape } = job;
      const isPlain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
      return isPlain ? multipliesByVectors(job, codes) : 'it is no 1x1 without stride';
    },
    scratchBytes: (job) => copyBytes(job.shape) + pairs.scratchBytes(job),
    overlap: ({ shape }) => ({ atLeast: pairOverlap(asOneImage(shape), false) }),
    work(job) {
      const { batch, out_h, out_w } = job.shape;
      return pairs.work(job, gemmWork(job.shape, Math.ceil((batch * out_h * out_w) / 2)));
    },
    tableBytes(job) {
      const { in_c, out_c } = job.shape;
      return heliumStreamBytes(out_c, in_c, rowsOf(codes)) + pairs.tableBytes(job);
    },
    build(job, lower) {
      const { shape, x, y, zeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('pointwise_helium', 'gemm_helium', codes, job);
      const pixels = shape.batch * shape.out_h * shape.out_w;
      const channels = { 'input channels': shape.in_c, 'output channels': shape.out_c };
      const numbers = { pixels, ...channels, 'zero point': zeroPoint, shift };
      const copy = copyBytes(shape) === 0 ? 'NULL' : lower.scratch(copyBytes(shape), 'int8_t');
      const w = streams(job, codes, pairs, lower);
      const call = kernelCall(kernel, null, [numbers, x.name, ...w, copy, { copied: copiedPixels(shape) }, y.name]);
      return { ...call, instances, macs, summary, reading: codes === 's8' ? 'bytes' : 'inline' };
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
  const pairs = heliumPairs(codes);
  return {
    id: `conv2d_helium_${codes}`,
    ...pricedAs('conv2d_helium', codes),
    needs: ['mve'],
    tile: { outputs: 4, pixels: 2, depth: 16 },
    accepts: (job) => multipliesByVectors(job, codes),
    scratchBytes: (job) => stripOf(job.shape).bytes + pairs.scratchBytes(job),
    overlap({ shape }) {
      const { most, inRow } = stripOf(shape);
      return { atLeast: chunkOverlap(shape, { most, inRow }, shape.groups === 1) };
    },
    work: (job) => pairs.work(job, stripWork(job.shape, stripOf(job.shape))),
    tableBytes(job) {
      const { groups, out_c } = job.shape;
      return groups * heliumStreamBytes(out_c / groups, depthOf(job.shape), rowsOf(codes)) + pairs.tableBytes(job);
    },
    build(job, lower) {
      const { shape, name, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
      const { kernel, instances, shift } = heliumVariant('conv2d_helium', 'gemm_helium', codes, job);
      const strip = stripOf(shape);
      const rows = shape.out_c / shape.groups;
      const comment = `where the codes of a column of ${name} lie, from its first one`;
      const call = kernelCall(kernel, strip.shape, [
        { 'zero point': zeroPoint, shift },
        x.name,
        { 'input zero point': inputZeroPoint },
        ...streams(job, codes, pairs, lower),
        { 'words of a group': heliumStreamBytes(rows, depthOf(shape), rowsOf(codes)) / 4 },
        strip.offsets === null ? 'NULL' : lower.table('offsets', 'u16', strip.offsets, 'parameters', comment),
        { 'windows at most': strip.most, 'columns between': strip.between, 'in a row': strip.inRow ? 1 : 0 },
        lower.scratch(strip.bytes, 'int8_t'),
        y.name,
      ]);
      return { ...call, instances, macs, summary, reading: codes === 's8' ? 'bytes' : 'inline' };
    },
  };
}

/** Those of all groups, one after the other; columns as the strip has them: [kernel_w][kernel_h][in]. Then what pairs take. */
function streams(job: LinearJob, codes: HeliumCodes, pairs: HeliumPairs, lower: LowerBuilder): readonly string[] {
  const { shape, name, weights, bias } = job;
  const multiplier = multipliersOf(job);
  const [rows, depth] = [shape.out_c / shape.groups, depthOf(shape)];
  const flat = { ...weights, shape: [shape.out_c, shape.in_c / shape.groups, shape.kernel_h, shape.kernel_w] };
  const ordered = permuted(flat, [0, 3, 2, 1]).data as Codes;
  const words = Array.from({ length: shape.groups }, (_, g) => {
    const first = g * rows;
    const weight = (row: number, column: number) => ordered[(first + row) * depth + column];
    const own = { bias: bias.subarray(first, first + rows), multiplier: multiplier.subarray(first, first + rows) };
    return [...heliumStream({ rows, depth, weight, ...own }, rowsOf(codes), pairs.tableOf(job))];
  });
  const { bits } = HELIUM_READINGS[codes];
  const comment = `weights [out / 4][products / 16][4][16] of ${name} in ${bits} bits, with bias and multipliers`;
  const parameters = 8 * 4 * Math.ceil(rows / 4) * shape.groups;
  const w = lower.table('weights', 'u32', Uint32Array.from(words.flat()), 'weights', comment, parameters);
  return [w, ...pairs.store(job, lower)];
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
