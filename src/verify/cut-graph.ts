import { castNode } from '../frontend/cast-node.ts';
import { typeOf } from '../ir/graph.ts';
import type { DType, Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { fromBfloat16Bits } from '../numerics/float16.ts';

/** A graph of which each layer runs on values that are given: one run judges all layers, each by itself. */
export interface CutGraph {
  readonly graph: Graph;
  /** The input that gives a value to the layers that read it. */
  readonly given: ReadonlyMap<ValueName, ValueName>;
  /** The output that shows a value. */
  readonly shown: ReadonlyMap<ValueName, ValueName>;
}

/**
 * Every reader of a value in `known` reads an input of the graph instead; the outputs show all values in `known` and in
 * `wanted`. Types that onnxruntime's interface cannot carry (below 8 bits, bfloat16) come and go as wider ones.
 */
export function cutGraph(graph: Graph, known: readonly ValueName[], wanted: readonly ValueName[]): CutGraph {
  const types = new Map(graph.types);
  const declare = (hint: string, type: TensorType): ValueName => {
    let name = hint;
    for (let i = 1; types.has(name); i++) name = `${hint}.${i}`;
    types.set(name, type);
    return name;
  };
  const carrier = (value: ValueName, role: string) => declare(`${value}@${role}`, carrierOf(typeOf(graph, value)));

  const given = new Map(known.map((value) => [value, carrier(value, 'given')]));
  const sources = new Map(given);
  const before: Node[] = [];
  for (const [value, input] of given) {
    const type = typeOf(graph, value);
    if (!CARRIERS[type.dtype]) continue;
    const inside = declare(`${value}@inside`, type);
    before.push(castNode(input, inside, type.dtype));
    sources.set(value, inside);
  }
  const after: Node[] = [];
  const shown = new Map<ValueName, ValueName>();
  for (const value of [...known, ...wanted]) {
    if (shown.has(value)) continue;
    const to = CARRIERS[typeOf(graph, value).dtype];
    const output = to ? carrier(value, 'shown') : value;
    if (to) after.push(castNode(value, output, to));
    shown.set(value, output);
  }
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => (input === null ? null : (sources.get(input) ?? input))),
  }));
  const inputs = [...graph.inputs, ...given.values()];
  const cut = { ...graph, types, inputs, nodes: [...before, ...nodes, ...after], outputs: [...shown.values()] };
  return { graph: cut, given, shown };
}

const CARRIERS: Readonly<Partial<Record<DType, DType>>> = { i4: 'i8', u4: 'u8', i2: 'i8', u2: 'u8', bf16: 'f32' };

function carrierOf(type: TensorType): TensorType {
  return { ...type, dtype: CARRIERS[type.dtype] ?? type.dtype };
}

/** The tensor as it travels to onnxruntime. */
export function carried(tensor: Tensor): Tensor {
  const dtype = CARRIERS[tensor.dtype] ?? tensor.dtype;
  if (tensor.dtype !== 'bf16') return { ...tensor, dtype };
  return { ...tensor, dtype, data: Float32Array.from(tensor.data as Uint16Array, fromBfloat16Bits) };
}
