import { elementCount } from '../ir/shape.ts';
import type { DType, Shape, TensorType } from '../ir/types.ts';
import { own } from '../support/own.ts';
import type { FlatNode } from './flat-node.ts';

type Rule = (node: FlatNode, inputs: readonly TensorType[]) => readonly [DType, Shape][];

/** Types of the results of ai.onnx.ml, whose operators onnxruntime's inference leaves open. Null for all other nodes. */
export function classicalTypes(node: FlatNode, inputs: readonly (TensorType | null)[]): TensorType[] | null {
  const rule = node.domain === 'ai.onnx.ml' ? own(RULES, node.op) : undefined;
  if (!rule || inputs.length === 0 || !inputs.every((input) => input !== null)) return null;
  return rule(node, inputs).map(([dtype, shape]) => ({ dtype, shape, quant: null }));
}

const RULES: Readonly<Record<string, Rule>> = {
  Scaler: (_, [x]) => [['f32', x.shape]],
  Normalizer: (_, [x]) => [['f32', x.shape]],
  Imputer: (_, [x]) => [[x.dtype, x.shape]],
  Binarizer: (_, [x]) => [[x.dtype, x.shape]],
  LabelEncoder: (node, [x]) => [[node.attributes.values_floats === undefined ? 'i64' : 'f32', x.shape]],
  FeatureVectorizer: (_, inputs) => [['f32', [rows(inputs[0]), inputs.reduce((sum, x) => sum + columns(x), 0)]]],
  ArrayFeatureExtractor: (_, [x, index]) => {
    const rest = x.shape.length < 2 ? [1] : x.shape.slice(0, -1);
    return [[x.dtype, [...rest, index ? elementCount(index.shape) : 0]]];
  },
  LinearRegressor: (node, [x]) => [['f32', [rows(x), numberOf(node, 'targets', 1)]]],
  LinearClassifier: (node, [x]) => {
    const [scores, classes] = [lengthOf(node, 'intercepts'), lengthOf(node, 'classlabels_ints')];
    return classified(x, scores === 1 && classes === 2 ? 2 : scores);
  },
  TreeEnsembleRegressor: (node, [x]) => [['f32', [rows(x), numberOf(node, 'n_targets', 1)]]],
  TreeEnsembleClassifier: (node, [x]) => classified(x, lengthOf(node, 'classlabels_int64s')),
};

/** A label and so many scores for each row. */
function classified(x: TensorType, scores: number): [DType, Shape][] {
  return [
    ['i64', [rows(x)]],
    ['f32', [rows(x), scores]],
  ];
}

/** What has one dimension is one row. */
const rows = ({ shape }: TensorType): number => (shape.length < 2 ? 1 : shape[0]);
const columns = (x: TensorType): number => elementCount(x.shape) / Math.max(1, rows(x));

function numberOf({ attributes }: FlatNode, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

function lengthOf({ attributes }: FlatNode, name: string): number {
  const value = attributes[name];
  return Array.isArray(value) ? value.length : 0;
}
