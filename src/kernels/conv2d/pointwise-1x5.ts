import type { Codes } from '../../formats/index.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { multipliesByPairs, pairStreamWords, storePairStream } from '../packing/pair-stream.ts';
import { pairScratchBytes, pairTableBytes } from '../packing/pair-table.ts';
import { chunkOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { isPlainPointwise } from './layout.ts';

const PIXELS = 5;

/** Instructions for five pixels, for each of their outputs and for each four channels of an output; of making a table. */
const COSTS = { pixels: 60, widened: 7.5, output: 28, channels: 16.4, table: 1600 };

/** 1x1 without stride, weights looked up in pairs, each pair for five pixels. */
export const pointwise1x5Pairs: Kernel<LinearJob> = {
  id: 'pointwise_1x5_pairs',
  needs: ['dsp'],
  tile: { outputs: 1, pixels: PIXELS, depth: 2 },
  accepts(job) {
    const { shape, form } = job;
    if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1) return 'it is no 1x1 without stride';
    if (shape.in_c % 8 !== 0) return 'its input channels are no multiple of eight';
    if (form !== undefined) return 'it is requantized as a quantized file says';
    return multipliesByPairs(job, shape.in_c);
  },
  scratchBytes: (job) => 2 * PIXELS * job.shape.in_c + pairScratchBytes(job, 'u32'),
  overlap: ({ shape }) => ({ atLeast: chunkOverlap(asOneImage(shape), { most: PIXELS, inRow: false }, true) }),
  work(job) {
    const { batch, out_h, out_w, in_c, out_c } = job.shape;
    const chunks = Math.ceil((batch * out_h * out_w) / PIXELS);
    const table = pairScratchBytes(job, 'u32') > 0 ? COSTS.table : 0;
    const outputs = out_c * (COSTS.output + (in_c / 4) * COSTS.channels);
    return { instructions: table + chunks * (COSTS.pixels + in_c * COSTS.widened + outputs) };
  },
  tableBytes: (job) => 4 * pairStreamWords(job.shape.out_c, job.shape.in_c, 1) + pairTableBytes(job, 'u32'),
  build(job, lower) {
    const { shape, weights, x, y, zeroPoint, macs, summary } = job;
    const channels = shape.in_c;
    const layout = { codes: weights.data as Codes, used: channels, depth: channels, block: 1, order: '[out][in]' };
    const { w, table, words } = storePairStream(job, layout, lower);
    const pixels = shape.batch * shape.out_h * shape.out_w;
    const numbers = { 'input channels': channels, 'output channels': shape.out_c, 'zero point': zeroPoint };
    const call = kernelCall('nn_pointwise_1x5_pairs', null, [
      { pixels, ...numbers },
      x.name,
      w,
      `${w} + ${words}`,
      table,
      lower.scratch(2 * PIXELS * channels, 'uint32_t'),
      y.name,
    ]);
    return { ...call, macs, summary, reading: 'inline' };
  },
};
