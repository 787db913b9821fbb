import { constantOf, prune, sortNodes, typeOf } from '../../ir/graph.ts';
import { carrierOf, tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../../ir/types.ts';
import { codeRange, quantizeArray } from '../../quant/affine.ts';
import { affineOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';

/** A graph on its way from floats to codes. Values with codes keep their name; where floats and codes meet stands a node. */
export interface QuantizedDraft {
  readonly graph: Graph;
  typeOf(value: ValueName): TensorType | undefined;
  /** The type of a value's codes; throws for what carries none. */
  quantOf(value: ValueName): Quant;
  setCodes(value: ValueName, quant: Quant): void;
  add(node: Node): void;
  /** A constant under a name not yet taken; `quant` when it holds codes. */
  addConstant(hint: string, tensor: Tensor, quant?: Quant | null): ValueName;
  /** The name under which a value's codes of type `quant` are found; inserts QuantizeLinear or quantizes a constant. */
  asCodes(value: ValueName, quant: () => Quant): ValueName;
  /** The name under which a value's real numbers are found; inserts DequantizeLinear. */
  asFloat(value: ValueName): ValueName;
  /** Outputs with codes move to a new name; the old one is dequantized from it. */
  restoreFloatOutputs(): void;
  finish(): Graph;
}

/** Starts with no node: the caller adds those of `graph`, changed or not. */
export function quantizedDraft(graph: Graph): QuantizedDraft {
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  /** Where the codes, or the floats, of a value are when they are not under its own name. */
  const codesOf = new Map<ValueName, ValueName>();
  const floatsOf = new Map<ValueName, ValueName>();

  const draft: QuantizedDraft = {
    graph,
    typeOf: (value) => types.get(value),
    quantOf: (value) => must(types.get(value)?.quant, `codes of '${value}'`),
    setCodes: (value, quant) =>
      void types.set(value, { dtype: carrierOf(quant), shape: typeOf(graph, value).shape, quant }),
    add: (node) => void nodes.push(node),

    addConstant(hint, tensor, quant = null) {
      const name = fresh(hint);
      constants.set(name, tensor);
      types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant });
      return name;
    },

    asCodes(value, quantOf) {
      if (types.get(value)?.quant) return value;
      const known = codesOf.get(value);
      if (known) return known;
      const quant = quantOf();
      const { shape } = typeOf(graph, value);
      const constant = constantOf(graph, value);
      const name = constant
        ? draft.addConstant(`${value}.codes`, codesOfConstant(constant, quant), quant)
        : addBorder('QuantizeLinear', value, quant, { dtype: carrierOf(quant), shape, quant });
      codesOf.set(value, name);
      return name;
    },

    asFloat(value) {
      const quant = types.get(value)?.quant;
      if (!quant) return value;
      const known = floatsOf.get(value);
      if (known) return known;
      const name = addBorder('DequantizeLinear', value, quant, { ...typeOf(graph, value), quant: null });
      floatsOf.set(value, name);
      return name;
    },

    restoreFloatOutputs() {
      for (const output of graph.outputs) {
        const type = must(types.get(output), output);
        if (!type.quant) continue;
        const name = fresh(`${output}.codes`);
        types.set(name, type);
        for (const [i, node] of nodes.entries()) {
          const rename = (value: ValueName | null) => (value === output ? name : value);
          nodes[i] = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
        }
        addBorder('DequantizeLinear', name, type.quant, { ...type, dtype: 'f32', quant: null }, output);
      }
    },

    finish() {
      const ties = graph.ties?.map((values) => values.map((value) => codesOf.get(value) ?? value));
      return prune({ ...graph, nodes: sortNodes(nodes), types, constants, ...(ties && { ties }) });
    },
  };
  return draft;

  function addBorder(
    op: 'QuantizeLinear' | 'DequantizeLinear',
    value: ValueName,
    quant: Quant,
    type: TensorType,
    output = fresh(`${value}.${op === 'QuantizeLinear' ? 'codes' : 'real'}`),
  ): ValueName {
    const scale = Float32Array.from(quant.scale);
    const parameters = [
      draft.addConstant(`${value}.scale`, { dtype: 'f32', shape: [], data: scale }),
      draft.addConstant(`${value}.zero_point`, tensorOf(carrierOf(quant), [], quant.zeroPoint)),
    ];
    const inputs = [value, ...parameters];
    nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes: {}, clip: null });
    types.set(output, type);
    return output;
  }

  function fresh(hint: string): ValueName {
    let name = hint;
    for (let i = 1; types.has(name); i++) name = `${hint}.${i}`;
    return name;
  }
}

function codesOfConstant({ shape, data }: Tensor, quant: Quant): Tensor {
  const codes = quantizeArray(data as Float32Array, affineOf(quant), codeRange(quant.bits));
  return { dtype: carrierOf(quant), shape, data: codes };
}
