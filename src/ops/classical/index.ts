import type { OpDef } from '../op-def.ts';
import { linearClassifier, linearRegressor } from './linear.ts';
import { preparationOps } from './preparation.ts';
import { treeOps } from './trees/index.ts';

/** ai.onnx.ml, as the converters of scikit-learn, XGBoost and LightGBM write it: trees have C, all else is spelled out. */
export const classicalOps: readonly OpDef[] = [...preparationOps, linearRegressor, linearClassifier, ...treeOps];
