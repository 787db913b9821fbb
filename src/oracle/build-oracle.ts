import { constantOf, prune, typeOf } from '../ir/graph.ts';
import { isWide } from '../ir/tensor.ts';
import type { Graph, Node, Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';
import { newArray } from '../numerics/dtype.ts';
import { findOp } from '../ops/index.ts';
import type { OracleBuilder } from '../ops/op-def.ts';
import { ONNX_F32, ONNX_I8, ONNX_I16 } from '../ops/support/oracle.ts';
import { hasWideCodes } from '../quant/wide-codes.ts';
import { invariant } from '../support/errors.ts';

/**
 * The oracle of a quantized graph: plain ONNX over tensors of integer codes that any runtime computes exactly.
 * Values keep their names; int8 codes are int8 tensors. Operators that only move codes stay as they are.
 * Types of helper values are left to the runtime (the result is meant for export, not for passes).
 */
export function buildOracle(graph: Graph): Graph {
  const nodes: Node[] = [];
  const constants = new Map<ValueName, Tensor>(graph.constants);
  const types = new Map<ValueName, TensorType>();
  for (const [value, type] of graph.types) types.set(value, { ...type, quant: null });
  let count = 0;
  const fresh = (hint: string): ValueName => {
    for (;;) {
      const name = `oracle/${hint}/${count++}`;
      if (!types.has(name)) return name;
    }
  };

  for (const node of graph.nodes) {
    const oracle = findOp(node.domain, node.op)?.oracle;
    const values = [...node.inputs, ...node.outputs];
    const quantized = values.some((value) => value !== null && typeOf(graph, value).quant !== null);
    // Ties that go to even codes are nothing that ONNX's own operator does.
    if (!oracle && hasWideCodes(graph, node) && node.op !== 'DequantizeLinear') moveAsFloats(node);
    else if (!oracle || !(quantized || node.rounding === 'even-codes')) nodes.push(node);
    else oracle(node, builderFor(node));
  }
  return prune({ ...graph, nodes, constants, types });

  /** onnxruntime moves and compares float32 everywhere, int16 in a few operators; the codes are exact in both. */
  function moveAsFloats(node: Node): void {
    const inputs = node.inputs.map((input) =>
      input !== null && isWide(typeOf(graph, input))
        ? add('Cast', [input], { to: ONNX_F32 }, [fresh('Cast')])[0]
        : input,
    );
    const moved = node.outputs.map((output) =>
      output !== null && isWide(typeOf(graph, output)) ? fresh(node.op) : output,
    );
    nodes.push({ ...node, inputs, outputs: moved });
    moved.forEach((from, i) => {
      const output = node.outputs[i];
      if (from === null || output === null || from === output) return;
      types.set(from, { dtype: 'f32', shape: typeOf(graph, output).shape, quant: null });
      nodes.push({
        ...node,
        op: 'Cast',
        domain: '',
        name: output,
        inputs: [from],
        outputs: [output],
        attributes: { to: ONNX_I16 },
      });
    });
  }

  function builderFor(node: Node): OracleBuilder {
    return {
      graph,
      wide: hasWideCodes(graph, node),
      carrier: node.outputs[0] != null && isWide(typeOf(graph, node.outputs[0])) ? ONNX_I16 : ONNX_I8,
      type: (value) => typeOf(graph, value),
      constant: (value) => constantOf(graph, value),
      node: (op, inputs, attributes = {}) => add(op, inputs, attributes, [fresh(op)])[0],
      pair: (op, inputs, attributes = {}) => add(op, inputs, attributes, [fresh(op), fresh(op)]),
      tensor(dtype, shape, data) {
        const name = fresh('constant');
        constants.set(name, { dtype, shape, data: typed(dtype, data) });
        types.set(name, { dtype, shape, quant: null });
        return name;
      },
      output(index, value) {
        const last = nodes.findIndex((candidate) => candidate.outputs.includes(value));
        const name = node.outputs[index];
        invariant(last >= 0 && name != null, `oracle of '${node.name}' has no output ${index}`);
        nodes[last] = { ...nodes[last], outputs: nodes[last].outputs.map((one) => (one === value ? name : one)) };
      },
    };
  }

  function add<Outputs extends readonly ValueName[]>(
    op: string,
    inputs: Node['inputs'],
    attributes: Node['attributes'],
    outputs: Outputs,
  ): Outputs {
    nodes.push({ op, domain: '', name: outputs[0], inputs, outputs, attributes, clip: null });
    for (const output of outputs) types.set(output, { dtype: 'f32', shape: [], quant: null });
    return outputs;
  }
}

function typed(dtype: Tensor['dtype'], data: TypedArray | readonly number[] | readonly bigint[]): TypedArray {
  if (ArrayBuffer.isView(data)) return data as TypedArray;
  const array = newArray(dtype, data.length);
  data.forEach((value, i) => {
    array[i] = value;
  });
  return array;
}
