import { fitsInt32, type ImportedAddition } from '../../quant/imported-addition.ts';
import { type PairJob, type RunKernel, runsLayer, runWork, walksByRuns } from './pair-job.ts';

/** y = clamp((a A + b B + C) >> S); see quant/addition.ts. */
export interface AddJob extends PairJob {
  readonly sum: ImportedAddition;
}

/** Four elements at a time, one SMLAD each. */
export const add4S8: RunKernel<AddJob> = {
  id: 'add4_s8',
  needs: ['dsp'],
  tile: null,
  accepts(job) {
    const { A, B } = job.sum;
    if (Math.max(Math.abs(A), Math.abs(B)) > 32767) return 'its factors need more than 16 bits';
    return sumsOf32Bits(job.sum) ?? walksByRuns(job);
  },
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: (job) => ({ ...runWork(job), ...(job.sum.parity !== null && { ties: job.elements }) }),
  tableBytes: () => 0,
  build: (job, lower) => runsLayer(job, lower, add4S8.callOf(job)),
  callOf:
    ({ sum }) =>
    ({ count, first, a, b, repeated, y }) => {
      const { A, B, S, parity } = sum;
      const C = constantOf(sum);
      const instance = `nn_add4_s8_${S}${parity === null ? '' : parity === 0 ? '_even' : '_odd'}`;
      const [p, q] = first === 0 ? [A, B] : [B, A];
      // What is repeated is part of the constant.
      const [second, factor, constant] = repeated ? [a, 0, withTerm(C, b, q)] : [b, q, String(C)];
      const factors = ((p & 0xffff) | (factor << 16)) >>> 0;
      return {
        statement: `${instance}(/* elements */ ${count}, ${a}, ${second}, ${factors}u, ${constant}, ${y});`,
        instances: [{ name: instance, template: 'nn_add4_s8', params: tieNumbers(S, parity) }],
      };
    },
};

/** Names of nn_add4_s8. */
export function tieNumbers(shift: number, parity: 0 | 1 | null) {
  return { shift, ties: parity !== null, odd: parity === 1, sums: ['t', 'q', 'p', 'r'] };
}

/** Why the sums are not what kernels take that round ties by adding a bit of the result, or null. */
export function sumsOf32Bits(sum: ImportedAddition): string | null {
  const { C, S, parity } = sum;
  if (!(S >= 1 && S <= 31)) return 'its shift is no shift of an instruction';
  if (parity === null || fitsInt32({ ...sum, C: Math.abs(C) + 1 })) return null;
  return 'its ties need sums of more than 32 bits';
}

/** Where a tie goes to codes of one parity, its sum begins with one less: then it lies below the half. */
export function constantOf({ C, parity }: ImportedAddition): number {
  return parity === null ? C : C - 1;
}

/** C + b * B, b a number or an element. */
export function withTerm(C: number, b: string, B: number): string {
  const code = Number(b);
  return Number.isNaN(code) ? `${C} + ${b} * (${B})` : String(C + code * B);
}
