import type { Json } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import type { CalibrationMethod } from '../quant/observers.ts';
import { dropEntropyCodes } from './fewbit/drop-entropy-codes.ts';
import { fewBit } from './fewbit/few-bit.ts';
import { floatPasses } from './float/index.ts';
import { widenHalf } from './float/widen-half.ts';
import { isQuantizedModel, quantizedFloatPasses, quantizedImportPasses } from './import-quantized/import-quantized.ts';
import { step } from './pass.ts';
import type { Pipeline } from './pipeline.ts';
import { calibrate } from './quantize/calibrate.ts';
import { correctBias } from './quantize/correct-bias.ts';
import { dropRoundings } from './quantize/drop-roundings.ts';
import { equalize } from './quantize/equalize.ts';
import { quantizeInt8 } from './quantize/quantize-int8.ts';
import { refineRanges } from './quantize/refine-ranges.ts';
import { spellOut } from './quantize/spell-out.ts';
import { unrollRecurrent } from './quantize/unroll-recurrent.ts';
import { refuseIdle, refusePercentile } from './refuse-idle.ts';
import { distill } from './retrain/distill.ts';

/** What the usual passes can be told. */
export interface UsualOptions {
  /** Default: int8 with calibration data, `weights` or `activations`, else float32. */
  readonly precision?: 'float32' | 'int8';
  readonly calibrate?: { readonly samples?: number; readonly method?: CalibrationMethod; readonly percentile?: number };
  /** Cross-layer equalization before calibration. Default no: it helps where channels differ much, and can cost elsewhere. */
  readonly equalize?: boolean;
  /** Bias correction after quantization. Default yes. */
  readonly correctBias?: boolean;
  /**
   * Formats of weights in few bits, layer by layer: the `layers` of the pass few-bit. Entropy codes that do not pay are dropped.
   * Default: int8.
   */
  readonly weights?: Json;
  /** Activations in 4 bits, packed two to a byte, or in 16: the `activations` of the pass calibrate. Default: 8 bits. */
  readonly activations?: Json;
  /** Scales and biases trained against the float model at the end. Default no: it takes a minute or so. */
  readonly distill?: boolean;
  /** Nodes (by name) that stay in float. */
  readonly exclude?: readonly string[];
  /** Keep float32 at the model's borders. Default: inputs and outputs are int8 codes. */
  readonly floatIo?: boolean;
}

/**
 * The passes of a model whose user names none. One that is quantized already becomes integer as it says, unless float32 is asked for.
 * @param calibrated whether there is calibration data
 * @throws UserError BAD_ARGUMENT for options that would say nothing.
 */
export function usualPipeline(imported: Graph, calibrated: boolean, options: UsualOptions): Pipeline {
  if (isQuantizedModel(imported)) {
    refuseIdle(options, 'a model that is quantized already', 'leave it as it is, or start from the float32 model');
    return options.precision === 'float32' ? quantizedFloatPasses : quantizedImportPasses;
  }
  const asksForInt8 = calibrated || options.weights !== undefined || options.activations !== undefined;
  const precision = options.precision ?? (asksForInt8 ? 'int8' : 'float32');
  if (precision === 'int8') return int8Pipeline(options);
  refuseIdle(options, 'a float32 model', 'make it int8 with --calibrate DATA');
  return floatPasses;
}

/** What makes a float model int8. */
export function int8Pipeline(options: UsualOptions): Pipeline {
  return [widenHalf, dropRoundings, ...floatPasses, ...int8Passes(options)];
}

/**
 * The defaults came closest to the float outputs on held-out training samples of six models: mean SQNR 34.2 dB for mse
 * calibration with bias correction (33.4 minmax, 32.8 percentile; without correction 32.8, 31.8, 31.3). Equalization adds
 * 1.2 dB to the depthwise keyword spotters and takes up to 0.8 dB from others, so it has to be asked for. few-bit
 * corrects the biases of the layers it encodes, and makes up for what other layers lost.
 */
function int8Passes(options: UsualOptions): Pipeline {
  const { calibrate: how = {}, exclude = [], floatIo = false } = options;
  refusePercentile(how);
  return [
    step(unrollRecurrent, { exclude }),
    step(spellOut, { exclude, products: hasWide(options.activations) }),
    ...(options.equalize ? [equalize] : []),
    step(calibrate, { ...how, ...(options.activations !== undefined && { activations: options.activations }) }),
    ...(options.activations === undefined ? [] : [refineRanges]),
    step(quantizeInt8, { exclude, floatIo }),
    ...(options.correctBias === false ? [] : [correctBias]),
    ...(options.weights === undefined ? [] : [step(fewBit, { layers: options.weights }), dropEntropyCodes]),
    ...(options.distill ? [distill] : []),
  ];
}

/** Whether some activations get 16 bits. */
function hasWide(activations: Json | undefined): boolean {
  return Array.isArray(activations) && activations.some((entry) => (entry as { bits?: Json } | null)?.bits === 16);
}
