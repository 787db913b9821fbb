import { numbersOf } from '../../src/ir/tensor.ts';
import type { FuzzModel } from './builder.ts';

/** Where onnxruntime 1.30 does not compute what the operator's definition says, and the C does. */
export interface RuntimeFault {
  readonly op: string;
  readonly reason: string;
  /** Whether this node meets it. */
  meets(node: FuzzModel['nodes'][number], shapes: ShapeOf, numbers: NumbersOf): boolean;
}

/** Shape of an input or constant; null for values that nodes make. */
type ShapeOf = (name: string | null | undefined) => readonly number[] | null;
/** Elements of a constant; none for other values. */
type NumbersOf = (name: string | null | undefined) => readonly number[];

const RUNTIME_FAULTS: readonly RuntimeFault[] = [
  {
    op: 'Resize',
    reason: 'tf_crop_and_resize: the crop is ignored along an axis whose size stays',
    meets: ({ op, attributes }) =>
      op === 'Resize' && attributes.coordinate_transformation_mode === 'tf_crop_and_resize',
  },
  {
    op: 'com.microsoft.QLinearSoftmax',
    reason: 'over an axis of length 1 the result is 0, not 1',
    meets: ({ op, attributes, inputs }, shapes) =>
      op === 'QLinearSoftmax' && shapes(inputs[0])?.at(Number(attributes.axis)) === 1,
  },
  {
    op: 'MeanVarianceNormalization',
    reason: 'NaN, not 0, over axes of length 1',
    meets: ({ op, attributes, inputs }, shapes) => {
      const axes = (attributes.axes as readonly number[] | undefined) ?? [0, 2, 3];
      return op === 'MeanVarianceNormalization' && axes.every((axis) => (shapes(inputs[0])?.at(axis) ?? 1) === 1);
    },
  },
];

/** The fault of onnxruntime that a difference may come from, or null. */
export function runtimeFault({ nodes, inputs, constants }: FuzzModel): RuntimeFault | null {
  const shapes: ShapeOf = (name) => (name ? (inputs[name]?.[1] ?? constants[name]?.shape ?? null) : null);
  const numbers: NumbersOf = (name) => (name && constants[name] ? numbersOf(constants[name]) : []);
  return RUNTIME_FAULTS.find((fault) => nodes.some((node) => fault.meets(node, shapes, numbers))) ?? null;
}
