import { zeroPointField } from '../../quant/imported-scales.ts';
import type { Requantization } from '../../quant/requantize.ts';
import { MOST_RESULT, raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import { type Local, type PairJob, type RunKernel, runsLayer, runWork, walksByRuns } from './pair-job.ts';

/** y = requantize((a - zero points[0]) (b - zero points[1])). */
export interface MulJob extends PairJob {
  readonly zeroPoints: readonly [number, number];
  readonly scale: Requantization;
  readonly zeroPoint: number;
}

/** Four elements at a time. */
export const mul4S8: RunKernel<MulJob> = {
  id: 'mul4_s8',
  needs: ['dsp'],
  tile: null,
  accepts(job) {
    const { scale, zeroPoints } = job;
    if (scale.form !== undefined && scale.form !== 'wide') return 'it is requantized as a quantized file says';
    const [a, b] = zeroPoints.map((zeroPoint) => 128 + Math.abs(zeroPoint));
    const unit = 2 ** (scale.form === 'wide' ? -32 - scale.leftShift : -32);
    if ((scale.form === undefined && scale.leftShift !== 0) || a * b * scale.multiplier[0] * unit > MOST_RESULT) {
      return 'a result could need more than 16 bits before it is clamped';
    }
    return walksByRuns(job);
  },
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work(job) {
    const { elements = 0, runs = 0, layer: _, ...clamp } = runWork(job);
    return { instructions: 6 * elements + 45 * runs, ...clamp };
  },
  tableBytes: () => 0,
  build: (job, lower) => runsLayer(job, lower, mul4S8.callOf(job)),
  callOf(job) {
    const { zeroPoints, scale } = job;
    const zeroPoint = raisedZeroPoint({ ...scale, zeroPoint: zeroPointField(scale, job.zeroPoint) });
    return ({ count, first, a, b, repeated, y }) => {
      const zero = (operand: number) => `/* zero point */ ${zeroPoints[operand]}`;
      const second = `${repeated ? 'four' : b}, ${zero(1 - first)}, /* step */ ${repeated ? 0 : 4}`;
      const numbers = `/* multiplier */ ${scale.multiplier[0]}, /* zero point */ ${zeroPoint}`;
      return {
        locals: repeated ? [fourOf(b)] : [],
        statement: `nn_mul4_s8${formSuffix(scale.form)}(/* elements */ ${count}, ${a}, ${zero(first)}, ${second}, ${numbers}, ${y});`,
      };
    };
  },
};

/** What is repeated, for kernels that read four elements at a time. */
export function fourOf(element: string): Local {
  return { ctype: 'int8_t', name: 'four[4]', value: `{ ${Array(4).fill(element).join(', ')} }` };
}

/** An nn_quant in an expression. */
export function quantText({ scale, zeroPoint, clamp: { min, max } }: Pick<MulJob, 'scale' | 'zeroPoint' | 'clamp'>) {
  return `&(const nn_quant){ ${scale.leftShift}, ${zeroPointField(scale, zeroPoint)}, ${min}, ${max} }`;
}
