import type { Json } from '../src/ir/program.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { correctBias } from '../src/passes/quantize/correct-bias.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { distill } from '../src/passes/retrain/distill.ts';

/** A row of the table: what the weights and activations become, and the passes that do it. */
export interface PtqMethod {
  readonly weightFormat: string;
  readonly weightBits: number;
  readonly activationBits: 4 | 8;
  /** First and last layer in 8 bits. */
  readonly ends: boolean;
  readonly method: string;
  readonly pipeline: Pipeline;
}

const SAMPLES = 512;
const ENDS: Json = [
  { match: ':first', format: 'int8' },
  { match: ':last', format: 'int8' },
];
const FOUR_BITS: Json = [
  { match: '*', bits: 4 },
  { match: ':first', bits: 8 },
  { match: ':last', bits: 8 },
];

export const PTQ_METHODS: readonly PtqMethod[] = [
  {
    weightFormat: 'int8',
    weightBits: 8,
    activationBits: 8,
    ends: false,
    method: 'nearest, bias correction',
    pipeline: [...floatPasses, step(calibrate, { samples: SAMPLES }), quantizeInt8, correctBias],
  },
  method('int4', 4),
  method('int4', 4, { ends: true, activationBits: 4, distilled: true }),
  method('pow2-5', 5, { scales: 'layer-pow2' }),
  method('pow2-4', 4, { scales: 'layer-pow2' }),
  method('pow2p-4', 4, { distilled: true }),
  method('int3', 3),
  method('ternary', 1.6, { ends: true, distilled: true }),
];

interface Variation {
  readonly ends?: boolean;
  /** Scales and biases trained against the float model's outputs. */
  readonly distilled?: boolean;
  readonly activationBits?: 4 | 8;
  readonly scales?: 'channel' | 'layer-pow2';
}

function method(weightFormat: string, weightBits: number, variation: Variation = {}): PtqMethod {
  const { ends = false, distilled = false, activationBits = 8, scales = 'channel' } = variation;
  const layers: Json = [{ match: '*', format: weightFormat }, ...(ends ? (ENDS as readonly Json[]) : [])];
  const activations: Json = activationBits === 4 ? FOUR_BITS : [];
  const pipeline = [
    ...floatPasses,
    step(calibrate, { samples: SAMPLES, activations }),
    step(quantizeInt8, { activations }),
    step(fewBit, { layers, samples: SAMPLES, scales }),
    ...(distilled ? [step(distill, { samples: SAMPLES })] : []),
  ];
  const grid = scales === 'channel' ? 'free scale per channel' : 'one power of two per layer';
  const how = `compensated, ${grid}${distilled ? ', scales and biases distilled' : ''}`;
  return { weightFormat, weightBits, activationBits, ends, method: how, pipeline };
}
