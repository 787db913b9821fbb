import { type AddJob, constantOf, sumsOf32Bits, withTerm } from './add4.ts';
import { fourOf, type MulJob } from './mul4.ts';
import { type PairJob, type RunKernel, runsLayer, runWork, walksByRuns } from './pair-job.ts';

/** Four elements at a time, any factors and shift. */
export const addHeliumS8: RunKernel<AddJob> = {
  id: 'add_helium_s8',
  needs: ['mve'],
  tile: null,
  accepts: (job) => (job.sum.parity === null ? null : sumsOf32Bits(job.sum)) ?? walksByRuns(job),
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: (job) => vectorWork(job, job.sum.parity === null ? 9 : 14),
  tableBytes: () => 0,
  build: (job, lower) => runsLayer(job, lower, addHeliumS8.callOf(job)),
  callOf:
    ({ sum }) =>
    ({ count, first, a, b, repeated, y }) => {
      const { A, B, S, parity } = sum;
      const C = constantOf(sum);
      const [p, q] = first === 0 ? [A, B] : [B, A];
      // What is repeated is part of the constant.
      const [second, factor, constant] = repeated ? [a, 0, withTerm(C, b, q)] : [b, q, String(C)];
      const sums = `/* elements */ ${count}, ${a}, ${second}, ${y}, ${p}, ${factor}, ${constant}, ${S}`;
      return {
        statement:
          parity === null ? `nn_add_helium_s8(${sums});` : `nn_add_ties_helium_s8(${sums}, /* odd */ ${parity});`,
      };
    },
};

/** Four elements at a time. */
export const mulHeliumS8: RunKernel<MulJob> = {
  id: 'mul_helium_s8',
  needs: ['mve'],
  tile: null,
  accepts(job) {
    if (job.scale.form !== undefined) return 'it is requantized as a quantized file says';
    return job.scale.leftShift === 0 ? walksByRuns(job) : 'its scale is 0.5 or more';
  },
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: (job) => vectorWork(job, 13),
  tableBytes: () => 0,
  build: (job, lower) => runsLayer(job, lower, mulHeliumS8.callOf(job)),
  callOf:
    (job) =>
    ({ count, first, a, b, repeated, y }) => {
      const from = (operand: number) => -job.zeroPoints[operand];
      const [second, step] = repeated ? ['four', 0] : [b, 4];
      const numbers = [
        `/* less the zero points */ ${from(first)}, ${from(1 - first)}, /* step */ ${step}`,
        `/* multiplier */ ${job.scale.multiplier[0]}, /* zero point */ ${job.zeroPoint}`,
      ];
      return {
        locals: repeated ? [fourOf(b)] : [],
        statement: `nn_mul_helium_s8(/* elements */ ${count}, ${a}, ${second}, ${y}, ${numbers.join(', ')});`,
      };
    },
};

function vectorWork(job: PairJob, instructions: number) {
  const { elements = 0, runs = 0, layer: _, ...clamp } = runWork(job);
  return { instructions: (instructions * elements) / 4 + 20 * runs, ...clamp };
}
