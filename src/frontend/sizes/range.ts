import { tensorOf } from '../../ir/tensor.ts';
import type { Node, TensorType, ValueName } from '../../ir/types.ts';
import { codeOf } from '../data-types.ts';
import { checked } from './counts.ts';
import type { SizedGraph } from './sized-graph.ts';

/** start + i * delta, max(0, ceil((limit - start) / delta)) of them. */
export function range(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [start, , delta] = node.inputs as ValueName[];
  const [y] = node.outputs as ValueName[];
  const type = draft.type(y!);
  const [length] = type.shape as [number];
  const count = checked(node, sized, steps(node, sized), length);
  const numbers = Array.from({ length }, (_, i) => i);
  const places = draft.constant(`${y}.places`, tensorOf(type.dtype, [length], numbers));
  const scaled = draft.node({ op: 'Mul', inputs: [places, delta!] }, type, `${y}.scaled`);
  draft.replaceUses(y!, draft.node({ op: 'Add', name: node.name, inputs: [scaled, start!] }, type));
  sized.setExtents(y, new Map([[0, count]]));
}

/** Integers by a constant step are divided as such, all else in float64. */
function steps(node: Node, sized: SizedGraph): ValueName {
  const { draft } = sized;
  const [start, limit, delta] = node.inputs as ValueName[];
  const name = (op: string) => `${node.name}.${op.toLowerCase()}`;
  const scalar = (dtype: TensorType['dtype']): TensorType => ({ dtype, shape: [], quant: null });
  const cast = (value: ValueName, to: TensorType['dtype']) =>
    draft.node({ op: 'Cast', inputs: [value], attributes: { to: codeOf(to) } }, scalar(to), name('Cast'));
  const pair = (op: string, a: ValueName, b: ValueName, dtype: TensorType['dtype']) =>
    draft.node({ op, inputs: [a, b] }, scalar(dtype), name(op));
  const whole = (value: number) => draft.constant('number', tensorOf('i64', [], [value]));
  const step = sized.elements(delta)?.[0];
  if (typeof step === 'number' && step !== 0) {
    const [from, to] = step > 0 ? [start!, limit!] : [limit!, start!];
    const distance = pair('Sub', cast(to, 'i64'), cast(from, 'i64'), 'i64');
    const up = pair('Add', distance, whole(Math.abs(step) - 1), 'i64');
    return pair('Max', pair('Div', up, whole(Math.abs(step)), 'i64'), whole(0), 'i64');
  }
  const distance = pair('Sub', cast(limit!, 'f64'), cast(start!, 'f64'), 'f64');
  const quotient = pair('Div', distance, cast(delta!, 'f64'), 'f64');
  const ceil = draft.node({ op: 'Ceil', inputs: [quotient] }, scalar('f64'), name('Ceil'));
  return pair('Max', cast(ceil, 'i64'), whole(0), 'i64');
}
