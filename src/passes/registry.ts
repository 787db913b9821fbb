import { dropEntropyCodes } from './fewbit/drop-entropy-codes.ts';
import { entropyConstrained } from './fewbit/entropy-constrained.ts';
import { fewBit } from './fewbit/few-bit.ts';
import { jointCodebook } from './fewbit/joint-codebook.ts';
import { floatPasses } from './float/index.ts';
import { dequantizeConstants } from './import-quantized/dequantize-constants.ts';
import { importQdq } from './import-quantized/import-qdq.ts';
import { importQlinear } from './import-quantized/import-qlinear.ts';
import type { AnyPass } from './pass.ts';
import { calibrate } from './quantize/calibrate.ts';
import { correctBias } from './quantize/correct-bias.ts';
import { dropRoundings } from './quantize/drop-roundings.ts';
import { equalize } from './quantize/equalize.ts';
import { quantizeInt8 } from './quantize/quantize-int8.ts';
import { refineRanges } from './quantize/refine-ranges.ts';
import { spellOut } from './quantize/spell-out.ts';
import { storeWeights } from './quantize/store-weights.ts';
import { unrollRecurrent } from './quantize/unroll-recurrent.ts';
import { distill } from './retrain/distill.ts';
import { inq } from './retrain/inq.ts';
import { lsq } from './retrain/lsq.ts';
import { prunePass } from './retrain/prune.ts';
import { sharedValuesPass } from './retrain/shared-values.ts';
import { trainPass } from './retrain/train.ts';
import { ttq } from './retrain/ttq.ts';
import { twn } from './retrain/twn.ts';

/** Every pass that a recipe may name, each once. */
export const allPasses: readonly AnyPass[] = [
  ...new Set([
    ...floatPasses,
    importQlinear,
    dequantizeConstants,
    importQdq,
    dropRoundings,
    unrollRecurrent,
    spellOut,
    equalize,
    calibrate,
    refineRanges,
    quantizeInt8,
    correctBias,
    fewBit,
    entropyConstrained,
    jointCodebook,
    dropEntropyCodes,
    trainPass,
    prunePass,
    inq,
    ttq,
    twn,
    lsq,
    sharedValuesPass,
    distill,
    storeWeights,
  ]),
];
