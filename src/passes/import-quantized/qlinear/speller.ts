import { type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Node, Rounding, Shape, ValueName } from '../../../ir/types.ts';
import { toFloat32Array } from '../../../numerics/convert.ts';
import { must } from '../../../support/errors.ts';

/** What a spelling is written with: values of the graph by name, real numbers made from the integers of the node. */
export interface Speller {
  /**
   * DequantizeLinear of the inputs `at`, `at + 1`, `at + 2`: integers, scale, zero point, times `factor`.
   * `axis` of a scale per channel.
   */
  real(at: number, axis?: number, factor?: number): ValueName;
  /** DequantizeLinear of an int32 bias whose scale is the product of the scales at these inputs; null when left out. */
  bias(at: number, scales: readonly number[], factor?: number): ValueName | null;
  /** The float operator; its result has the shape of the node's unless told. */
  float(op: string, inputs: readonly (ValueName | null)[], attributes: Node['attributes'], shape?: Shape): ValueName;
  /** The node's result is QuantizeLinear of this, with the scale and zero point at these inputs. */
  quantized(
    value: ValueName,
    scale: number,
    options?: { readonly rounding?: Rounding; readonly adjust?: (scale: number) => number },
  ): void;
  /** The node's result is this float operator. */
  result(op: string, inputs: readonly (ValueName | null)[], attributes: Node['attributes']): void;
  shapeOf(at: number): Shape;
  /** Shape of the node's result. */
  readonly shape: Shape;
  constant(hint: string, shape: readonly number[]): ValueName;
}

export function speller(edit: GraphDraft, node: Node): Speller {
  const { graph } = edit;
  const input = (at: number) => must(node.inputs[at], `input ${at} of '${node.name}'`);
  const output = must(node.outputs[0], `output of '${node.name}'`);
  const { shape } = typeOf(graph, output);
  const plain = { domain: '', clip: null };

  const dequantize = (integers: ValueName, scale: ValueName, zero: ValueName | null, axis: number) => {
    const type = { dtype: 'f32', shape: typeOf(graph, integers).shape, quant: null } as const;
    const spec = {
      op: 'DequantizeLinear',
      name: node.name,
      inputs: zero === null ? [integers, scale] : [integers, scale, zero],
    };
    return edit.node({ ...spec, attributes: { axis } }, type, `${integers}.real`);
  };

  return {
    shape,
    shapeOf: (at) => typeOf(graph, input(at)).shape,
    real(at, axis = 0, factor = 1) {
      const scale = factor === 1 ? input(at + 1) : productOf([input(at + 1)], factor);
      return dequantize(input(at), scale, node.inputs[at + 2] ?? null, axis);
    },
    bias(at, scales, factor = 1) {
      const value = node.inputs[at];
      return value == null ? null : dequantize(value, productOf(scales.map(input), factor), null, 0);
    },
    float(op, inputs, attributes, result = shape) {
      return edit.node(
        { op, name: node.name, inputs, attributes },
        { dtype: 'f32', shape: result, quant: null },
        `${output}.real`,
      );
    },
    quantized(value, scale, { rounding, adjust } = {}) {
      const inputs = [value, adjust ? adjusted(input(scale), adjust) : input(scale), node.inputs[scale + 1] ?? null];
      edit.update(node, { ...plain, op: 'QuantizeLinear', inputs, attributes: {}, ...(rounding && { rounding }) });
    },
    result: (op, inputs, attributes) => edit.update(node, { ...plain, op, inputs, attributes }),
    constant: (hint, values) => edit.constant(`${output}.${hint}`, tensorOf('i64', [values.length], values)),
  };

  /** A constant scale as the operator reads it. */
  function adjusted(scale: ValueName, adjust: (scale: number) => number): ValueName {
    const tensor = graph.constants.get(scale);
    if (!tensor) return scale;
    const values = Array.from(toFloat32Array(tensor), adjust);
    return edit.constant(`${output}.scale`, tensorOf('f32', tensor.shape, values));
  }

  /** factor times scales (per tensor, or per channel) in float32; a computed value where one of them is. */
  function productOf(scales: readonly ValueName[], factor: number): ValueName {
    const tensors = scales.map((name) => graph.constants.get(name));
    const count = Math.max(...scales.map((name) => typeOf(graph, name).shape[0] ?? 1));
    const shape = count === 1 ? [] : [count];
    if (tensors.every((tensor) => tensor !== undefined)) {
      const values = tensors.map(toFloat32Array);
      const product = (c: number) =>
        values.reduce((p, list) => Math.fround(p * list[list.length === 1 ? 0 : c]), factor);
      return edit.constant(
        `${output}.scale`,
        tensorOf(
          'f32',
          shape,
          Array.from({ length: count }, (_, c) => product(c)),
        ),
      );
    }
    const type = { dtype: 'f32', shape, quant: null } as const;
    const multiply = (a: ValueName, b: ValueName) => edit.node({ op: 'Mul', inputs: [a, b] }, type, `${output}.scale`);
    const all = factor === 1 ? scales : [...scales, edit.constant(`${output}.factor`, tensorOf('f32', [], [factor]))];
    return all.reduce(multiply);
  }
}
