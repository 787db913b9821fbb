import type { ImportedAddition } from '../../quant/imported-addition.ts';
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
    const { A, B, S, parity } = job.sum;
    if (parity !== null) return 'its ties go to even codes';
    if (job.clamp.min !== -128 || job.clamp.max !== 127) return 'its result is clamped to other codes than -128 to 127';
    if (Math.max(Math.abs(A), Math.abs(B)) > 32767) return 'its factors need more than 16 bits';
    return S >= 1 && S <= 31 ? walksByRuns(job) : 'its shift is no shift of an instruction';
  },
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: runWork,
  tableBytes: () => 0,
  build: (job, lower) => runsLayer(job, lower, add4S8.callOf(job)),
  callOf:
    ({ sum: { A, B, C, S } }) =>
    ({ count, first, a, b, repeated, y }) => {
      const instance = `nn_add4_s8_${S}`;
      const [p, q] = first === 0 ? [A, B] : [B, A];
      // What is repeated is part of the constant.
      const [second, factor, constant] = repeated ? [a, 0, withTerm(C, b, q)] : [b, q, String(C)];
      const factors = ((p & 0xffff) | (factor << 16)) >>> 0;
      return {
        statement: `${instance}(/* elements */ ${count}, ${a}, ${second}, ${factors}u, ${constant}, ${y});`,
        instances: [{ name: instance, template: 'nn_add4_s8', params: { shift: S } }],
      };
    },
};

/** C + b * B, b a number or an element. */
export function withTerm(C: number, b: string, B: number): string {
  const code = Number(b);
  return Number.isNaN(code) ? `${C} + ${b} * (${B})` : String(C + code * B);
}
