/** nibblec/passes: passes as declared objects, pipelines as data. */

export { FACTS, type Fact, type FactDefinition } from './facts.ts';
export { fewBit } from './fewbit/few-bit.ts';
export { autoPad } from './float/auto-pad.ts';
export { canonicalize } from './float/canonicalize.ts';
export { foldAffine } from './float/fold-affine.ts';
export { foldBatchNorm } from './float/fold-batchnorm.ts';
export { foldConstants } from './float/fold-constants.ts';
export { fuseActivations } from './float/fuse-activations.ts';
export { fusePad } from './float/fuse-pad.ts';
export { floatPasses } from './float/index.ts';
export { matmulToGemm } from './float/matmul-to-gemm.ts';
export { widenHalf } from './float/widen-half.ts';
export { dequantizeConstants } from './import-quantized/dequantize-constants.ts';
export { importQdq } from './import-quantized/import-qdq.ts';
export { importQlinear } from './import-quantized/import-qlinear.ts';
export {
  type AnyPass,
  type Dataset,
  definePass,
  type Evaluate,
  type Pass,
  type PassContext,
  type PassOptions,
  type Step,
  step,
} from './pass.ts';
export {
  type Pipeline,
  type PipelineOptions,
  type PipelineResult,
  type Remark,
  runPass,
  runPipeline,
} from './pipeline.ts';
export { calibrate } from './quantize/calibrate.ts';
export { correctBias } from './quantize/correct-bias.ts';
export { equalize } from './quantize/equalize.ts';
export { quantizeInt8 } from './quantize/quantize-int8.ts';
export { storeWeights } from './quantize/store-weights.ts';
export { parseRecipe, printRecipe, type Recipe } from './recipe.ts';
export { allPasses } from './registry.ts';
export { distill } from './retrain/distill.ts';
export { inq } from './retrain/inq.ts';
export { lsq } from './retrain/lsq.ts';
export { prunePass } from './retrain/prune.ts';
export { TUNING_RECIPES, tuningRecipe } from './retrain/recipes.ts';
export { sharedValuesPass } from './retrain/shared-values.ts';
export { trainPass } from './retrain/train.ts';
export { TRAINING_DEFAULTS, type TrainingOptions } from './retrain/training-options.ts';
export { ttq } from './retrain/ttq.ts';
export { twn } from './retrain/twn.ts';
