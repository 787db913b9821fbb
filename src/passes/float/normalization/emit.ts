import { type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import type { Deviation } from './deviation.ts';
import { dimensionsOf, type Factor } from './factor.ts';

/** scale (x - mean) / sqrt(factor variance + epsilon) + bias */
export interface Normalized extends Deviation {
  /** The value that holds the root. */
  readonly root: ValueName;
  readonly scale: Factor;
  readonly bias: Factor | null;
}

/** Writes the operator in the place of `node`; null where no operator takes such axes with such a scale. */
export function planned(graph: Graph, node: Node, found: Normalized): ((edit: GraphDraft) => void) | null {
  const { x, axes, centred, factor, epsilon: added, bias } = found;
  const { shape } = typeOf(graph, x);
  const epsilon = added / factor;
  const scale = { ...found.scale, data: Float32Array.from(found.scale.data, (value) => value / Math.sqrt(factor)) };
  const varies = dimensionsOf([scale, bias]);
  const inside = varies.every((d) => axes.includes(d));
  if (!centred && bias) return null;
  if (inside) return (edit) => alongAxes(edit, node, { ...found, scale, epsilon }, shape);
  const channels = varies.length === 1 && varies[0] === 1;
  const trailing = axes.every((axis, i) => axis === shape.length - axes.length + i);
  if (!centred || !channels || !trailing || shape.length < 3 || axes[0] !== 2) return null;
  return (edit) => {
    const size = [shape[1]];
    const inputs = [x, perChannel(edit, node, scale, size, 1), perChannel(edit, node, bias, size, 0)];
    edit.update(node, { op: 'InstanceNormalization', inputs, attributes: { epsilon } });
  };
}

/** With the axes moved behind the others where they are not there. */
function alongAxes(edit: GraphDraft, node: Node, found: Normalized, shape: Shape): void {
  const { x, axes, centred, epsilon, scale, bias } = found;
  const rest = shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const perm = [...rest, ...axes];
  const moved = perm.some((axis, d) => axis !== d);
  const row = axes.map((d) => shape[d]);
  const wide = [scale, bias].some(
    (part) => part && part.shape[axes[0]] > 1 && row.slice(1).some((n, i) => n !== part.shape[axes[i + 1]]),
  );
  if (centred && wide && !moved && axes[0] === 1 && shape.length > 2 && onlyChannels(scale) && onlyChannels(bias)) {
    const size = [shape[1]];
    const inputs = [x, perChannel(edit, node, scale, size, 1), perChannel(edit, node, bias, size, 0)];
    return edit.update(node, { op: 'GroupNormalization', inputs, attributes: { num_groups: 1, epsilon } });
  }
  const turn = (value: ValueName, order: readonly number[], hint: string) => {
    const turned = { ...edit.type(value), shape: order.map((d) => edit.type(value).shape[d]) };
    return edit.node({ op: 'Transpose', inputs: [value], attributes: { perm: order } }, turned, hint);
  };
  const output = node.outputs[0]!;
  const input = moved ? turn(x, perm, `${output}.rows`) : x;
  const parts = [scale, ...(bias ? [bias] : [])].map((part, i) =>
    alongRow(edit, part, axes, `${output}.${i === 0 ? 'scale' : 'bias'}`),
  );
  const op = centred ? 'LayerNormalization' : 'RMSNormalization';
  const attributes = { axis: rest.length, epsilon };
  if (!moved) return edit.update(node, { op, inputs: [input, ...parts], attributes });
  const type = edit.type(input);
  const name = `${node.name}.rows`;
  const normal = edit.node({ op, name, inputs: [input, ...parts], attributes }, type, `${output}.normal`);
  const back = shape.map((_, d) => perm.indexOf(d));
  edit.update(node, { op: 'Transpose', inputs: [normal], attributes: { perm: back } });
}

function onlyChannels(part: Factor | null): boolean {
  return part === null || part.shape.every((size, d) => size === 1 || d === 1);
}

/** A factor in the order of the axes, without dimensions of 1 before it. */
function alongRow(edit: GraphDraft, { shape, data }: Factor, axes: readonly number[], name: string): ValueName {
  const own = axes.map((d) => shape[d]);
  const first = own.findIndex((size) => size > 1);
  return edit.constant(name, tensorOf('f32', first < 0 ? [1] : own.slice(first), Array.from(data)));
}

function perChannel(edit: GraphDraft, node: Node, part: Factor | null, size: Shape, otherwise: number): ValueName {
  const count = elementCount(size);
  const values = Array.from({ length: count }, (_, c) => part?.data[part.data.length === 1 ? 0 : c] ?? otherwise);
  return edit.constant(`${node.outputs[0]}.${otherwise === 1 ? 'scale' : 'bias'}`, tensorOf('f32', size, values));
}
