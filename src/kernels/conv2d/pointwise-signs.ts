import type { Codes } from '../../formats/index.ts';
import type { WindowShape } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { pairOverlap } from './chunk-overlap.ts';
import { asOneImage } from './gemm-4x2.ts';
import { isPlainPointwise } from './layout.ts';
import { groupsInCode, THUMB1, THUMB2 } from './signs-in-code.ts';

/** Columns within reach of an instruction's offset. */
const MOST_COLUMNS = 256;

/** 1x1 with weights of -1, 0 and 1 that are instructions: an addition or subtraction of two pixels at a time, nothing for a zero. */
export const pointwiseSigns: Kernel<LinearJob> = {
  id: 'pointwise_signs',
  needs: [],
  goals: ['speed'],
  tile: { outputs: 11, pixels: 2, depth: 2 },
  accepts(job) {
    const { shape, x, y, form, clamp } = job;
    if (!isPlainPointwise(shape) || shape.stride_h !== 1 || shape.stride_w !== 1) return 'it is no 1x1 without stride';
    if (!codesOf(job).every((code) => Math.abs(code) <= 1)) return 'its weights are not all -1, 0 or 1';
    if (x.packed || y.packed) return 'its input or output has codes of 4 bits';
    if (form !== undefined) return 'it is requantized as a quantized file says';
    if (clamp.min !== -128 || clamp.max !== 127) return 'its result is clamped to other codes than -128 to 127';
    if (job.features.has('flash-apart')) return 'registers of 8 bits have no room for two sums';
    if (shape.in_c > MOST_COLUMNS) return `it has more than ${MOST_COLUMNS} input channels`;
    return shape.out_c > 1 ? sumsFitHalves(job) : 'it has a single output';
  },
  scratchBytes: ({ shape }) => pairsBytes(shape) + 4 * shape.out_c,
  overlap: ({ shape }) => ({ atLeast: pairOverlap(asOneImage(shape), true) }),
  work: (job) => ({ instructions: instructionsOf(job) }),
  tableBytes: (job) => codeBytes(job) + 8 * job.shape.out_c,
  build(job, lower) {
    const { shape, name, x, y, bias, multiplier, zeroPoint, leftShift, macs, summary } = job;
    const [depth, rows] = [shape.in_c, shape.out_c];
    const codes = codesOf(job);
    const registers = isThumb2(job) ? THUMB2 : THUMB1;
    const groups = groupsInCode({ rows, depth, sign: (row, column) => codes[row * depth + column] }, registers);
    const instance = `nn_pointwise_signs_${rows}x${depth}_${fingerprint(codes)}${leftShift === 0 ? '' : `_x${2 ** leftShift}`}`;
    const twice = Uint32Array.from(bias, (start) => Math.imul(start * 2 ** leftShift, 0x10001));
    const numbers = { pixels: shape.batch * shape.out_h * shape.out_w, 'zero point': zeroPoint };
    const about = `bias with the input zero point folded in, for two pixels at a time, of ${name}`;
    const arguments_ = [
      lower.table('bias', 'u32', twice, 'parameters', about),
      lower.table('multiplier', 'i32', multiplier, 'parameters', `scale * 2^${32 - leftShift} per output of ${name}`),
      lower.scratch(pairsBytes(shape), 'uint32_t'),
      lower.scratch(4 * rows, 'uint32_t'),
    ];
    return {
      ...kernelCall(instance, null, [numbers, x.name, ...arguments_, y.name]),
      instances: [
        {
          name: instance,
          template: 'nn_pointwise_signs',
          params: {
            rows,
            depth,
            by: leftShift === 0 ? 0 : 2 ** leftShift,
            macro: registers.macro,
            nonzero: nonzero(job),
            groups,
          },
        },
      ],
      macs,
      summary: `${summary}, weights as instructions, ${zeroPercent(job)} % of them zeros`,
      codeBytes: codeBytes(job),
      reading: 'inline',
    };
  },
};

function codesOf({ weights }: LinearJob): Codes {
  return weights.data as Codes;
}

/** Sums of two pixels lie in the halves of a word. */
function sumsFitHalves({ bound, leftShift }: LinearJob): true | string {
  const by = 2 ** leftShift;
  return (bound.min * by >= -32_768 && bound.max * by <= 32_767) || 'a sum could need more than 16 bits';
}

function nonzero(job: LinearJob): number {
  return codesOf(job).filter((code) => code !== 0).length;
}

function zeroPercent(job: LinearJob): number {
  return Math.round(100 * (1 - nonzero(job) / codesOf(job).length));
}

function isThumb2({ features }: LinearJob): boolean {
  return features.has('mull');
}

/** Instructions of 2 bytes, or of 4 for the upper registers of Thumb-2. */
function codeBytes(job: LinearJob): number {
  return (isThumb2(job) ? 3 : 2) * nonzero(job);
}

/** Columns are loaded two at a time. */
function pairsBytes({ in_c }: WindowShape): number {
  return 8 * Math.ceil(in_c / 2);
}

function instructionsOf(job: LinearJob): number {
  const { batch, out_h, out_w, out_c, in_c } = job.shape;
  const { sums, columns } = isThumb2(job) ? THUMB2 : THUMB1;
  const groups = Math.ceil(out_c / sums.length);
  const finish = job.features.has('dsp') ? 14 : 40;
  const pair = 20 + 6 * in_c + groups * (14 + in_c / columns.length) + nonzero(job) + finish * out_c;
  return Math.ceil((batch * out_h * out_w) / 2) * pair;
}

/** Layers of the same weights share their code. FNV-1a. */
function fingerprint(codes: Codes): string {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ (code & 0xff), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
