import type { FuzzModel } from './builder.ts';

/** Where onnxruntime 1.30 does not compute what the operator's definition says, and the C does. */
export interface RuntimeFault {
  readonly op: string;
  readonly reason: string;
  /** Whether this node meets it. */
  meets(node: FuzzModel['nodes'][number], shapes: ShapeOf): boolean;
}

/** Shape of an input or constant; null for values that nodes make. */
type ShapeOf = (name: string | null | undefined) => readonly number[] | null;

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
];

/** The fault of onnxruntime that a difference may come from, or null. */
export function runtimeFault({ nodes, inputs, constants }: FuzzModel): RuntimeFault | null {
  const shapes: ShapeOf = (name) => (name ? (inputs[name]?.[1] ?? constants[name]?.shape ?? null) : null);
  return RUNTIME_FAULTS.find((fault) => nodes.some((node) => fault.meets(node, shapes))) ?? null;
}
