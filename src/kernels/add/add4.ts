import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import type { Storage } from '../../ir/program.ts';
import type { CodeRange } from '../../quant/affine.ts';
import type { ImportedAddition } from '../../quant/imported-addition.ts';
import type { Job, Kernel } from '../kernel.ts';

/** y = clamp((a A + b B + C) >> S); see quant/addition.ts. */
export interface AddJob extends Job {
  readonly sum: ImportedAddition;
  readonly clamp: CodeRange;
  readonly elements: number;
  /** How both operands lie, and the output will; null where they differ in shape or layout, or one is a constant. */
  readonly storage: Storage | null;
  readonly bits: number;
  readonly title: string;
}

/** Four elements at a time, one SMLAD each. */
export const add4S8: Kernel<AddJob> = {
  id: 'add4_s8',
  needs: ['dsp'],
  tile: null,
  accepts({ sum: { A, B, S, parity }, clamp, storage, bits }) {
    if (parity !== null) return 'its ties go to even codes';
    if (storage === null) return 'its operands are no two tensors of one shape and layout';
    if (bits !== 8) return 'its codes have 4 bits';
    if (clamp.min !== -128 || clamp.max !== 127) return 'its result is clamped to other codes than -128 to 127';
    if (Math.max(Math.abs(A), Math.abs(B)) > 32767) return 'its factors need more than 16 bits';
    return S >= 1 && S <= 31 ? true : 'its shift is no shift of an instruction';
  },
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: ({ elements }) => ({ layer: 1, elements }),
  tableBytes: () => 0,
  build: (job, lower) => add4Layer(job, job.storage as Storage, lower),
};

function add4Layer(job: AddJob, storage: Storage, lower: LowerBuilder): LayerSpec {
  const { elements, title } = job;
  const { A, B, C, S } = job.sum;
  const [a, b, y] = [lower.read(0, storage), lower.read(1, storage), lower.write(0, storage)];
  const whole = elements - (elements % 4);
  const instance = `nn_add4_s8_${S}`;
  return {
    template: 'add4_s8',
    params: {
      instance,
      ...{ A, B, C, S },
      count: whole,
      a: a.name,
      b: b.name,
      y: y.name,
      factors: ((A & 0xffff) | (B << 16)) >>> 0,
      tail: Array.from({ length: elements - whole }, (_, i) => whole + i),
    },
    instances: [{ name: instance, template: 'nn_add4_s8', params: { shift: S } }],
    summary: `${title}, ${elements} elements`,
    overlap: [a, b].map((read) => ({ read, distance: 0 })),
  };
}
