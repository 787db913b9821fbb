import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import { scalarOf } from '../../ir/tensor.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { codeOf } from '../data-types.ts';
import {
  axisAttribute,
  type Extents,
  extremesOf,
  type Follow,
  masked,
  type SizedGraph,
  shapeOf,
} from './sized-graph.ts';

/** What lies behind the count cannot win, or adds nothing. */
function maskInput(node: Node, sized: SizedGraph, axis: number, fill: number): void {
  const [x, ...others] = node.inputs;
  const count = sized.extents(x).get(axis);
  if (count === undefined) return;
  sized.draft.update(node, { inputs: [masked(sized, x!, axis, count, fill), ...others] });
}

/** Softmax and its kin: what is masked by the lowest number counts for nothing. */
export function softmax(node: Node, sized: SizedGraph): void {
  maskInput(node, sized, axisAttribute(node, sized, -1), -Infinity);
  sized.setExtents(node.outputs[0], sized.extents(node.inputs[0]));
}

export function reduction(fill: (sized: SizedGraph, node: Node) => number): Follow {
  return (node, sized) => {
    const [x] = node.inputs;
    const reduced = reducedAxes(node, sized);
    let value = x!;
    for (const [axis, count] of sized.extents(x)) {
      if (reduced.has(axis)) value = masked(sized, value, axis, count, fill(sized, node));
    }
    if (value !== x) sized.draft.update(node, { inputs: [value, ...node.inputs.slice(1)] });
    sized.setExtents(node.outputs[0], withoutAxes(sized.extents(x), reduced, intAttribute(node, 'keepdims', 1) === 1));
  };
}

function reducedAxes(node: Node, sized: SizedGraph): ReadonlySet<number> {
  const [x, axes] = node.inputs;
  const shape = shapeOf(sized, x);
  const given = axes == null ? null : sized.elements(axes);
  if (given?.length) return new Set(given.map((axis) => normalizeAxis(Number(axis), shape.length)));
  const none = intAttribute(node, 'noop_with_empty_axes', 0) === 1;
  return new Set(none ? [] : shape.map((_, d) => d));
}

/** The masked sum by the number of elements: that of the other axes, and the counts. */
export function mean(node: Node, sized: SizedGraph): void {
  const { draft } = sized;
  const [x] = node.inputs;
  const [y] = node.outputs as ValueName[];
  const type = draft.type(y!);
  const before = sized.extents(x);
  reduction(() => 0)(node, sized);
  const counts = [...before].filter(([axis]) => reducedAxes(node, sized).has(axis));
  if (counts.length === 0) return;
  const shape = shapeOf(sized, x);
  const rest = [...reducedAxes(node, sized)].filter((axis) => !before.has(axis));
  const others = rest.reduce((product, axis) => product * shape[axis]!, 1);
  const real = { ...type, shape: [] };
  let divisor = draft.constant('elements', scalarOf(type.dtype, others));
  for (const [, count] of counts) {
    const number = draft.node({ op: 'Cast', inputs: [count], attributes: { to: codeOf(type.dtype) } }, real);
    divisor = draft.node({ op: 'Mul', inputs: [divisor, number] }, real);
  }
  const sum = draft.output(`${y}.sum`, type);
  draft.update(node, { op: 'ReduceSum', name: `${node.name}.sum`, outputs: [sum] });
  draft.replaceUses(y!, draft.node({ op: 'Div', name: node.name, inputs: [sum, divisor] }, type));
}

function withoutAxes(extents: Extents, gone: ReadonlySet<number>, keepDims: boolean): Extents {
  const left = [...extents].filter(([axis]) => !gone.has(axis));
  if (keepDims) return new Map(left);
  return new Map(left.map(([axis, count]) => [axis - [...gone].filter((d) => d < axis).length, count]));
}

export function argExtreme(fill: (sized: SizedGraph, node: Node) => number): Follow {
  return (node, sized) => {
    const axis = axisAttribute(node, sized, 0);
    maskInput(node, sized, axis, fill(sized, node));
    const keepDims = intAttribute(node, 'keepdims', 1) === 1;
    sized.setExtents(node.outputs[0], withoutAxes(sized.extents(node.inputs[0]), new Set([axis]), keepDims));
  };
}

/** What loses against every element, of a largest one. */
export function least(sized: SizedGraph, { inputs: [x] }: Node): number {
  return extremesOf(sized.draft.type(x!)).min;
}

export function greatest(sized: SizedGraph, { inputs: [x] }: Node): number {
  return extremesOf(sized.draft.type(x!)).max;
}
