import type { Attribute } from '../ir/types.ts';
import { own } from '../support/own.ts';
import { OLDEST_RUNNABLE_OPSET } from './opset.ts';

/** Operators whose opset 7 replaced the attributes broadcast and axis by NumPy's rule. */
const BROADCASTING = new Set([
  'Add',
  'And',
  'Div',
  'Equal',
  'Gemm',
  'Greater',
  'Less',
  'Mul',
  'Or',
  'Pow',
  'Sub',
  'Xor',
]);

/** Attributes that opset 7 or an older one dropped without a change in what inference computes. */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  BatchNormalization: ['is_test'],
  Dropout: ['is_test'],
  GRU: ['output_sequence'],
  LSTM: ['output_sequence'],
  RNN: ['output_sequence'],
};

/**
 * The attributes of a node older than opset 7 as opset 7 writes them, which is the oldest that onnxruntime runs.
 * A string tells why that is not possible.
 */
export function modernize(
  op: string,
  opset: number,
  attributes: Readonly<Record<string, Attribute>>,
): Readonly<Record<string, Attribute>> | string {
  if (opset >= OLDEST_RUNNABLE_OPSET) return attributes;
  if (BROADCASTING.has(op) && attributes.broadcast && attributes.axis !== undefined) {
    return `it broadcasts along an axis as opset ${opset} did; convert the model to opset 7 or newer`;
  }
  const dropped = [
    'consumed_inputs',
    ...(BROADCASTING.has(op) ? ['broadcast', 'axis'] : []),
    ...(own(DROPPED, op) ?? []),
  ];
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !dropped.includes(name)));
}
