import { fewBit } from '../../src/passes/fewbit/few-bit.ts';
import { type Step, step } from '../../src/passes/pass.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { inq } from '../../src/passes/retrain/inq.ts';
import { ttq } from '../../src/passes/retrain/ttq.ts';
import { type TuneOptions, tuneModel } from '../../src/tune.ts';
import { type Example, trainingSet } from './example.ts';

/** Of the training set. */
const SAMPLES = 6000;

/** Ways to weights in few bits, by the end of a model's name. */
export const TUNINGS = {
  /** Powers of two, times a scale per channel. */
  inq: [...quantized('pow2-4'), step(inq, { epochs: 1 })],
  /** Three values in every layer, the first and the last too. */
  ternary: [...quantized('ternary'), step(ttq, { epochs: 10 })],
} satisfies Record<string, TuneOptions['recipe']>;

/** The float model in few bits, re-trained on what it was trained on, as an ONNX file. The same bytes every time. */
export async function tuneExample(
  example: Example,
  model: Uint8Array,
  tuning: keyof typeof TUNINGS,
  progress: NonNullable<TuneOptions['progress']> = () => {},
): Promise<Uint8Array> {
  const data = async () => trainingSet(example, SAMPLES);
  return (await tuneModel({ recipe: TUNINGS[tuning], model, data, progress })).model;
}

function quantized(format: string): Step[] {
  return [step(calibrate, { samples: 512 }), step(quantizeInt8), step(fewBit, { layers: [{ match: '*', format }] })];
}
