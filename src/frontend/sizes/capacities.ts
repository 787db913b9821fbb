import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { DType, Shape, Tensor, TensorType } from '../../ir/types.ts';
import { UserError } from '../../support/errors.ts';
import { show } from '../bad-model.ts';
import type { FlatNode } from '../flat-node.ts';

/** How many results fit, by the name of a node or of its result. */
export type Capacities = ReadonlyMap<string, number>;

/** Operators whose results are as long as the data make them. */
export const SIZED_OPERATORS: ReadonlySet<string> = new Set([
  'NonMaxSuppression',
  'NonZero',
  'Unique',
  'Compress',
  'TopK',
  'Range',
  'Slice',
]);

/** Those, and what is bounded by a number of turns. */
const BOUNDED_OPERATORS: ReadonlySet<string> = new Set([...SIZED_OPERATORS, 'Loop']);

type NamedNode = Pick<FlatNode, 'domain' | 'op' | 'name' | 'outputs'>;

/**
 * The types of the results of a node whose shapes depend on the data, with the most that fits as that dimension: what is given, else
 * the most that there can be. Null where nothing is given and no bound is known, and for all other operators.
 */
export function sizedTypes(
  node: FlatNode,
  inputs: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
  capacities: Capacities,
): readonly TensorType[] | null {
  const [x] = inputs;
  if (node.domain !== '' || !SIZED_OPERATORS.has(node.op) || !x) return null;
  const given = givenFor(node, capacities);
  const long = (bound: number | null): number | null => (bound === null ? given : Math.min(given ?? bound, bound));
  const axisOf = (otherwise: number) => {
    const { axis } = node.attributes;
    return normalizeAxis(typeof axis === 'number' ? axis : otherwise, x.shape.length);
  };
  const along = (axis: number, size: number | null) =>
    size === null ? null : x.shape.map((n, d) => (d === axis ? size : n));
  const results = (shapes: readonly (Shape | null)[], dtypes: readonly DType[]) =>
    shapes.every((shape) => shape !== null)
      ? shapes.map((shape, i): TensorType => ({ dtype: dtypes[i]!, shape: shape!, quant: null }))
      : null;
  switch (node.op) {
    case 'NonMaxSuppression':
      return results([[long(mostBoxes(inputs, constants))!, 3]], ['i64']);
    case 'NonZero':
      return results([[x.shape.length, long(elementCount(x.shape))!]], ['i64']);
    case 'Unique': {
      const flat = node.attributes.axis === undefined;
      const axis = flat ? 0 : axisOf(0);
      const most = flat ? elementCount(x.shape) : x.shape[axis]!;
      const size = long(most)!;
      const shapes = [flat ? [size] : along(axis, size), [size], [most], [size]];
      return results(shapes, [x.dtype, 'i64', 'i64', 'i64']);
    }
    case 'Compress': {
      const flat = node.attributes.axis === undefined;
      const axis = flat ? 0 : axisOf(0);
      const size = long(Math.min(flat ? elementCount(x.shape) : x.shape[axis]!, inputs[1]?.shape[0] ?? 0));
      return results([flat ? [size!] : along(axis, size)], [x.dtype]);
    }
    case 'TopK': {
      const axis = axisOf(-1);
      const shape = along(axis, long(x.shape[axis] ?? 0));
      return results([shape, shape], [x.dtype, 'i64']);
    }
    case 'Slice':
      return results([sliced(node, x.shape, constants, long)], [x.dtype]);
    default:
      return given === null ? null : results([[given]], [x.dtype]);
  }
}

/** batches * classes * min(boxes, max_output_boxes_per_class) */
function mostBoxes(inputs: readonly (TensorType | null)[], constants: readonly (Tensor | null)[]): number {
  const [batches = 0, classes = 0, boxes = 0] = inputs[1]?.shape ?? [];
  const most = constants[2] ? Number(numbersOf(constants[2])[0] ?? 0) : inputs[2] ? boxes : 0;
  return batches * classes * Math.max(0, Math.min(boxes, most));
}

/** One axis, from a constant start in steps of one to a computed end. */
function sliced(
  node: FlatNode,
  shape: Shape,
  constants: readonly (Tensor | null)[],
  long: (bound: number) => number | null,
): Shape | null {
  const [starts, axes, steps] = [1, 3, 4].map((i) => (constants[i] ? numbersOf(constants[i]) : null));
  const plain = starts?.length === 1 && starts[0]! >= 0 && (steps?.[0] ?? 1) === 1;
  if (!plain || (node.inputs[3] && !axes)) return null;
  const axis = normalizeAxis(axes?.[0] ?? 0, shape.length);
  return shape.map((n, d) => (d === axis ? long(Math.max(0, n - starts[0]!))! : n));
}

export function givenFor(node: Pick<NamedNode, 'name' | 'outputs'>, capacities: Capacities): number | null {
  const names = [node.name, ...node.outputs];
  for (const name of names) {
    const given = name === null ? undefined : capacities.get(name);
    if (given !== undefined) return given;
  }
  return null;
}

/** Each name is that of a node or a result that the data make as long as it is. */
export function checkCapacities(capacities: Capacities, nodes: readonly NamedNode[]): void {
  const able = nodes.filter(({ domain, op }) => domain === '' && BOUNDED_OPERATORS.has(op));
  for (const name of capacities.keys()) {
    if (able.some((node) => node.name === name || node.outputs.includes(name))) continue;
    const known = able.flatMap(({ outputs: [first] }) => (first ? [show(first)] : []));
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `no node ${show(name)} has results, or turns, whose number depends on the data`,
      hint: known.length > 0 ? `such may be ${known.slice(0, 8).join(', ')}` : 'leave out --capacity',
    });
  }
}

/** What to do about a node for which no bound is known. */
export function capacityHint(node: FlatNode): string | null {
  if (node.domain !== '' || !BOUNDED_OPERATORS.has(node.op)) return null;
  const what = node.op === 'Loop' ? 'turns' : 'results';
  const name = node.outputs[0] ?? node.name;
  return `say how many of its ${what} fit: --capacity ${/^[\w.:/-]+$/.test(name) ? name : show(name)}=100`;
}
