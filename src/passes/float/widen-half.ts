import { consumersOf, producerOf, prune, sortNodes, typeOf } from '../../ir/graph.ts';
import type { Attribute, DType, Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { toFloat32Array } from '../../numerics/convert.ts';
import { definePass } from '../pass.ts';

/** TensorProto.DataType of float32, and of float16 and bfloat16. */
const FLOAT = 1;
const HALVES: Readonly<Record<string, number>> = { f16: 10, bf16: 16 };

/**
 * Purpose: microcontrollers compute in float32; float16 and bfloat16 are for storage.
 * Leaves: every half-precision value inside the graph is float32, constants converted. Graph inputs and outputs keep
 * their type: a Cast stands between each and the rest.
 * Edge cases: BitCast reads and makes bits, so Casts stand around it too. A Cast of the file into a half rounds, and may
 * overflow, so it stays, with a Cast back behind it; one of small integers is exact and goes.
 * All else is at least as precise as with halves, and finite where a half would overflow.
 */
export const widenHalf = definePass({
  name: 'widen-half',
  summary: 'float16 and bfloat16 inside the graph become float32.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run(graph) {
    const halves = [...graph.types.keys()].filter((value) => isHalf(typeOf(graph, value).dtype));
    if (halves.every((value) => isBorder(graph, value))) return graph;
    const kept = keptHalves(graph);
    const wideNames = new Map(halves.map((value) => [value, kept.has(value) ? freshName(graph, value) : value]));
    const wide = (value: ValueName | null) => (value === null ? null : (wideNames.get(value) ?? value));

    const nodes = graph.nodes.map((node): Node => {
      if (node.op === 'BitCast') return node;
      if (rounds(graph, node))
        return castNode(wide(node.inputs[0]!)!, node.outputs[0]!, typeOf(graph, node.outputs[0]).dtype, node.name);
      const attributes = wideAttributes(node.attributes);
      return { ...node, inputs: node.inputs.map(wide), outputs: node.outputs.map(wide), attributes };
    });
    const types = new Map(graph.types);
    const constants = new Map(graph.constants);
    for (const [value, wideName] of wideNames) {
      const type = typeOf(graph, value);
      types.set(wideName, { ...type, dtype: 'f32' });
      const constant = graph.constants.get(value);
      if (constant) constants.set(wideName, widened(constant));
      else if (kept.has(value))
        nodes.push(madeAsBits(graph, value) ? castNode(value, wideName, 'f32') : castNode(wideName, value, type.dtype));
    }
    return prune({ ...graph, nodes: sortNodes(nodes), types, constants });
  },
});

function isHalf(dtype: DType): boolean {
  return dtype in HALVES;
}

/** Integers of 8 bits are halves of either kind. */
const EXACT: ReadonlySet<DType> = new Set(['bool', 'u8', 'i8', 'u4', 'i4', 'u2', 'i2']);

/** A Cast of another type into a half. */
function rounds(graph: Graph, { op, inputs, outputs }: Node): boolean {
  if (op !== 'Cast' && op !== 'CastLike') return false;
  const [from, to] = [typeOf(graph, inputs[0]).dtype, typeOf(graph, outputs[0]).dtype];
  return isHalf(to) && from !== to && !EXACT.has(from);
}

/** True for a half that only Casts from or to float32 (and BitCasts) touch: widened already. */
function isBorder(graph: Graph, value: ValueName): boolean {
  if (graph.constants.has(value)) return false;
  const reads = ({ op, outputs }: Node) =>
    op === 'BitCast' || (op === 'Cast' && typeOf(graph, outputs[0]).dtype === 'f32');
  const makes = (node: Node) =>
    node.op === 'BitCast' || (node.op === 'Cast' && !isHalf(typeOf(graph, node.inputs[0]).dtype));
  const producer = producerOf(graph, value);
  return consumersOf(graph, value).every(reads) && (producer === null || makes(producer));
}

/** Half-precision values that stay such: the model's interface, the two sides of BitCast, and what a Cast rounds. */
function keptHalves(graph: Graph): Set<ValueName> {
  const sides = graph.nodes.filter(({ op }) => op === 'BitCast').flatMap((node) => [...node.inputs, ...node.outputs]);
  const rounded = graph.nodes.filter((node) => rounds(graph, node)).flatMap(({ outputs }) => outputs);
  const values = [...graph.inputs, ...graph.outputs, ...sides, ...rounded].filter((value) => value !== null);
  return new Set(values.filter((value) => isHalf(typeOf(graph, value).dtype)));
}

function madeAsBits(graph: Graph, value: ValueName): boolean {
  return (
    graph.inputs.includes(value) ||
    graph.nodes.some((node) => node.outputs.includes(value) && (node.op === 'BitCast' || rounds(graph, node)))
  );
}

function freshName(graph: Graph, value: ValueName): ValueName {
  let name = `${value}.f32`;
  for (let i = 1; graph.types.has(name); i++) name = `${value}.f32.${i}`;
  return name;
}

function castNode(from: ValueName, to: ValueName, dtype: DType, name = to): Node {
  const attributes = { to: HALVES[dtype] ?? FLOAT };
  return { op: 'Cast', domain: '', name, inputs: [from], outputs: [to], attributes, clip: null };
}

function widened(tensor: Tensor): Tensor {
  return { dtype: 'f32', shape: tensor.shape, data: toFloat32Array(tensor) };
}

/** Attributes that name an element type or hold a tensor of one. */
function wideAttributes(attributes: Node['attributes']): Node['attributes'] {
  const wide = ([name, value]: [string, Attribute]): [string, Attribute] => {
    const isType = /^(to|dtype|output_dtype|output_datatype|precision|softmax_precision|stash_type)$/.test(name);
    if (isType && Object.values(HALVES).includes(Number(value))) return [name, FLOAT];
    return [name, isTensor(value) && isHalf(value.dtype) ? widened(value) : value];
  };
  return Object.fromEntries(Object.entries(attributes).map(wide));
}

function isTensor(value: Attribute): value is Tensor {
  return typeof value === 'object' && 'dtype' in value;
}
