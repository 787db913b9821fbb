import { encodeAdds, signedDigits } from '../../formats/adds.ts';
import { type Codes, findFormat } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Json } from '../../ir/program.ts';
import type { Tensor } from '../../ir/types.ts';
import { type WindowShape, windowParams } from '../../ir/window.ts';
import { accumulatorBound } from '../../quant/requantize.ts';
import { shiftRequantization } from '../../quant/shift-requantize.ts';
import { must } from '../../support/errors.ts';
import type { LinearJob } from '../linear-job.ts';
import { clampParams } from './weight-tables.ts';

/** Fields of nn_adds, and the input zero point. */
export type AddParams = { readonly [key: string]: Json };

/** The weights in the order of the kernel: what it adds and subtracts, and how far the sum is shifted after each pass. */
interface Additions {
  readonly bytes: Uint8Array;
  readonly doublings: readonly number[];
  readonly layout: string;
}

/** True where a multiplication costs more than the additions that it stands for. */
export function addsRatherThanMultiplies({ features }: { readonly features: ReadonlySet<string> }): boolean {
  return features.has('mul32-slow') || features.has('no-mul');
}

/**
 * True, or why a layer is not computed by additions: where that does not pay, where scales are no powers of two, where
 * weights are entropy-coded and so meant to be small, not fast.
 */
export function acceptsAdds(job: LinearJob): true | string {
  if (!addsRatherThanMultiplies(job)) return 'a multiplication costs no more than an addition on this core';
  if (job.x.packed || job.y.packed) return 'its input or output has codes of 4 bits';
  if (isEntropyCoded(job)) return 'entropy-coded weights are meant to be small, not fast';
  if (job.features.has('mul8') && hasSeveralDigits(job.weights)) {
    return 'a multiplication of 8 bits is cheaper than the digits of its weights';
  }
  return shiftsOf(job) ? true : 'its scales are no powers of two';
}

/** Shifts in place of multipliers. */
function shiftsOf({ weights, bias, ...requantization }: LinearJob) {
  const sums = accumulatorBound(weights.data as Codes, weights.shape[0], -128, 127);
  return shiftRequantization(requantization, bias, sums);
}

/** Rows [out][columns] of codes in the order in which the kernel walks the input. */
export function addRows(job: LinearJob, lower: LowerBuilder, codes: Codes): AddParams {
  const rows = encodeAdds(codes, job.weights.shape[0]);
  return addTables(job, lower, { ...rows, layout: '[out] as lists of inputs to add and to subtract' });
}

/**
 * The same for a depthwise layer, codes [tap][channel]: digits[pass][tap][channel], 0 or e + 1 with the sign of +-2^e.
 * Few weights, often used: a byte each.
 */
export function addTaps(job: LinearJob, lower: LowerBuilder, codes: Codes): AddParams {
  const digits = Array.from(codes, signedDigits);
  const passes = Math.max(...digits.map(({ length }) => length));
  const planes = Array.from({ length: passes }, (_, pass) =>
    digits.map(({ [pass]: digit }) => (digit ? digit.sign * (digit.exponent + 1) : 0)),
  );
  const bytes = Uint8Array.from(planes.flat());
  const layout = '[digit][kernel][out] as signed exponents';
  return addTables(job, lower, { bytes, doublings: planes.map(() => 0), layout });
}

function addTables(job: LinearJob, lower: LowerBuilder, { bytes, doublings, layout }: Additions): AddParams {
  const { name } = job;
  const scales = must(shiftsOf(job), 'scales that are powers of two');
  return {
    lists: lower.table('weights', 'u8', bytes, 'weights', `weights ${layout}, of ${name}`),
    doublings: lower.table('doublings', 'u8', Uint8Array.from(doublings), 'parameters', `doublings of ${name}`),
    passes: doublings.length,
    left: scales.left,
    bias: lower.table('bias', 'i32', scales.bias, 'parameters', `bias, input zero point and rounding of ${name}`),
    shift: lower.table('shift', 'u8', scales.shift, 'parameters', `right shift per output of ${name}`),
    ...clampParams(job),
    input_zero_point: job.inputZeroPoint,
  };
}

/** Some weight is no power of two: a multiplication of 8 bits is cheaper than its digits. */
function hasSeveralDigits({ data }: Tensor): boolean {
  return (data as Codes).some((code) => signedDigits(code).length > 1);
}

function isEntropyCoded({ format }: LinearJob): boolean {
  return format !== null && findFormat(format).unpack?.entropy === true;
}

/** Fields of nn_conv_steps. */
export function stepParams(s: WindowShape): AddParams {
  const row = s.in_w * s.in_c;
  const group_in = s.in_c / s.groups;
  return {
    ...windowParams(s),
    group_in,
    group_out: s.out_c / s.groups,
    depth: s.kernel_h * s.kernel_w * group_in,
    step_x: s.stride_w * s.in_c,
    step_y: s.stride_h * row,
    tap_x: s.dilation_w * s.in_c,
    tap_y: s.dilation_h * row,
    start: -(s.pad_top * row + s.pad_left * s.in_c),
    image: s.in_h * row,
  };
}
