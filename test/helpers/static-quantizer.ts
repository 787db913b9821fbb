import { intAttribute } from '../../src/ir/attributes.ts';
import { constantOf, prune, sortNodes, typeOf } from '../../src/ir/graph.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Graph, Node, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import { roundHalfEven } from '../../src/numerics/float16.ts';
import { channelRuns } from '../../src/quant/per-channel.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';

/** A small static quantizer that writes files as onnxruntime's does: this is how users' quantized models look. */
export interface StaticOptions {
  readonly form: 'qdq' | 'qlinear';
  readonly activations: Code;
  /** QDQ only: whose QuantizeLinear and DequantizeLinear, onnxruntime's before opset 21 had integers of 16 bits. Default ONNX's. */
  readonly domain?: 'com.microsoft';
  /** u8 weights are asymmetric. */
  readonly weights: 'u8' | 'i8';
  readonly perChannel: boolean;
  /** QDQ only: the bias stays float32. */
  readonly floatBias?: boolean;
}

type Code = 'u8' | 'i8' | 'u16' | 'i16';
type Feeds = ReadonlyMap<ValueName, Tensor>;

interface Affine {
  readonly dtype: Code;
  readonly scale: number;
  readonly zero: number;
}

/** Operators whose result keeps the input's scale. */
const MOVES = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'MaxPool', 'GlobalMaxPool', 'Identity'];
const WEIGHTED = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'];

/** Operators with a form on integers, and how many of their inputs have scales. */
const QLINEAR: Readonly<Record<string, { readonly op: string; readonly operands: number }>> = {
  Conv: { op: 'QLinearConv', operands: 2 },
  Gemm: { op: 'QGemm', operands: 2 },
  MatMul: { op: 'QLinearMatMul', operands: 2 },
  Add: { op: 'QLinearAdd', operands: 2 },
  Mul: { op: 'QLinearMul', operands: 2 },
  Concat: { op: 'QLinearConcat', operands: 99 },
  AveragePool: { op: 'QLinearAveragePool', operands: 1 },
  GlobalAveragePool: { op: 'QLinearGlobalAveragePool', operands: 1 },
  Sigmoid: { op: 'QLinearSigmoid', operands: 1 },
  LeakyRelu: { op: 'QLinearLeakyRelu', operands: 1 },
  Softmax: { op: 'QLinearSoftmax', operands: 1 },
};

/** The names of the integer values it makes end in `_q`. */
export async function quantizeStatically(
  graph: Graph,
  samples: readonly Feeds[],
  options: StaticOptions,
): Promise<Graph> {
  const ranges = await rangesOf(graph, samples);
  const writer = startWriter(graph, options.domain ?? '');
  const affines = new Map<ValueName, Affine>();
  const isReal = (value: ValueName) => typeOf(graph, value).dtype === 'f32' && !graph.constants.has(value);

  for (const input of graph.inputs) {
    if (isReal(input)) quantizeReal(input, input);
    else writer.types.set(input, typeOf(graph, input));
  }
  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (!output || node.outputs.length > 1) leaveInFloat(node);
    else if (!isReal(output) || !node.inputs.some((input) => input && affines.has(input))) leaveInFloat(node);
    else if (MOVES.includes(node.op) && options.form === 'qlinear') moveIntegers(node, output);
    else if (options.form === 'qlinear' && QLINEAR[node.op]) computeOnIntegers(node, output);
    else wrapInQdq(node, output);
  }
  for (const output of graph.outputs) if (affines.has(output)) dequantize(output, output);
  return prune({ ...graph, nodes: sortNodes(writer.nodes), types: writer.types, constants: writer.constants });

  function leaveInFloat(node: Node): void {
    const inputs = node.inputs.map((input) => (input && affines.has(input) ? dequantize(input, `${input}_dq`) : input));
    writer.nodes.push({ ...node, inputs });
    for (const output of node.outputs) if (output) writer.types.set(output, typeOf(graph, output));
  }

  function affineOf(value: ValueName): Affine {
    const { min, max } = ranges.get(value)!;
    return affine(min, max, options.activations);
  }

  function parameters(name: string, { dtype, scale, zero }: Affine): ValueName[] {
    return [writer.constant(`${name}_scale`, 'f32', [], [scale]), writer.constant(`${name}_zp`, dtype, [], [zero])];
  }

  function quantizeReal(value: ValueName, real: ValueName): void {
    const known = affineOf(value);
    affines.set(value, known);
    if (graph.inputs.includes(value)) writer.types.set(value, typeOf(graph, value));
    writer.node('QuantizeLinear', [real, ...parameters(value, known)], `${value}_q`, integers(value));
  }

  function integers(value: ValueName): TensorType {
    return { ...typeOf(graph, value), dtype: options.activations };
  }

  /** The real numbers of a quantized value under a new name. */
  function dequantize(value: ValueName, name: ValueName): ValueName {
    if (!writer.types.has(name)) {
      writer.node(
        'DequantizeLinear',
        [`${value}_q`, ...parameters(value, affines.get(value)!)],
        name,
        typeOf(graph, value),
      );
    }
    return name;
  }

  function wrapInQdq(node: Node, output: ValueName): void {
    const inputs = node.inputs.map((input, i) => {
      if (input === null) return null;
      if (affines.has(input)) return dequantize(input, `${input}_dq`);
      const tensor = constantOf(graph, input);
      if (tensor?.dtype !== 'f32') return input;
      if (i === 2 && WEIGHTED.includes(node.op)) return options.floatBias ? input : dequantizedBias(node, input);
      const weight = i === 1 && WEIGHTED.includes(node.op);
      if (!weight && !['Add', 'Mul', 'Sub'].includes(node.op)) return input;
      const { names, axis, codes } = weights(node, input, weight);
      return writer.node('DequantizeLinear', [codes, ...names], `${input}_dq`, typeOf(graph, input), { axis });
    });
    const real = `${output}_real`;
    writer.nodes.push({ ...node, inputs, outputs: [real] });
    writer.types.set(real, typeOf(graph, output));
    quantizeReal(output, real);
  }

  /** Codes, scale and zero point of a constant; cached by name. */
  function weights(node: Node, value: ValueName, perChannel: boolean) {
    const tensor = constantOf(graph, value)!;
    const axis =
      node.op === 'ConvTranspose'
        ? 1
        : node.op === 'MatMul' || (node.op === 'Gemm' && intAttribute(node, 'transB', 0) === 0)
          ? tensor.shape.length - 1
          : 0;
    const quantized = quantizeConstant(tensor, options.weights, options.perChannel && perChannel ? axis : null);
    const { scales, zeros } = quantized;
    const shape = scales.length === 1 ? [] : [scales.length];
    const codes = writer.constant(`${value}_codes`, options.weights, tensor.shape, quantized.codes);
    const names = [
      writer.constant(`${value}_scale`, 'f32', shape, scales),
      writer.constant(`${value}_zp`, options.weights, shape, zeros),
    ];
    return { names, axis, codes, scales };
  }

  function biasCodes(node: Node, value: ValueName) {
    const { scales } = weights(node, node.inputs[1]!, true);
    const sums = scales.map((scale) => Math.fround(scale * affines.get(node.inputs[0]!)!.scale));
    const bias = constantOf(graph, value)!;
    const codes = Array.from(bias.data as Float32Array, (b, i) => Math.round(b / sums[sums.length === 1 ? 0 : i]!));
    return { name: writer.constant(`${value}_codes`, 'i32', bias.shape, codes), sums };
  }

  function dequantizedBias(node: Node, value: ValueName): ValueName {
    const { name, sums } = biasCodes(node, value);
    const scale = writer.constant(`${value}_scale`, 'f32', sums.length === 1 ? [] : [sums.length], sums);
    return writer.node('DequantizeLinear', [name, scale], `${value}_dq`, typeOf(graph, value), { axis: 0 });
  }

  function computeOnIntegers(node: Node, output: ValueName): void {
    const operands = node.inputs.slice(0, QLINEAR[node.op]!.operands).flatMap((input) => operand(node, input!));
    const known = affineOf(output);
    affines.set(output, known);
    const result = parameters(output, known);
    const bias = node.inputs[2] && WEIGHTED.includes(node.op) ? [biasCodes(node, node.inputs[2]).name] : [];
    const inputs =
      node.op === 'Concat'
        ? [...result, ...operands]
        : node.op === 'Conv'
          ? [...operands, ...result, ...bias]
          : node.op === 'Gemm'
            ? [...operands, bias[0] ?? null, ...result]
            : [...operands, ...result];
    const { beta: _, ...own } = node.attributes;
    const attributes = node.op === 'Softmax' ? { ...own, opset: 13 } : own;
    writer.node(QLINEAR[node.op]!.op, inputs, `${output}_q`, integers(output), attributes);
  }

  /** Integers, scale and zero point of one operand. */
  function operand(node: Node, value: ValueName): ValueName[] {
    const known = affines.get(value);
    if (known) return [`${value}_q`, ...parameters(value, known)];
    const { codes, names } = weights(node, value, WEIGHTED.includes(node.op));
    return [codes, ...names];
  }

  function moveIntegers(node: Node, output: ValueName): void {
    affines.set(output, affines.get(node.inputs[0]!)!);
    ranges.set(output, ranges.get(node.inputs[0]!)!);
    const inputs = [`${node.inputs[0]!}_q`, ...node.inputs.slice(1)];
    writer.nodes.push({ ...node, inputs, outputs: [`${output}_q`], clip: null });
    writer.types.set(`${output}_q`, integers(output));
  }
}

/** Asymmetric, zero exactly represented. */
function affine(min: number, max: number, dtype: Code): Affine {
  const { min: low, max: high } = integerRange(dtype)!;
  const [from, to] = [Math.min(min, 0), Math.max(max, 0, min + 1e-6)];
  const scale = Math.fround((to - from) / (high - low));
  return { dtype, scale, zero: Math.min(Math.max(roundHalfEven(low - from / scale), low), high) };
}

function quantizeConstant({ shape, data }: Tensor, dtype: 'u8' | 'i8', axis: number | null) {
  const { channels, inner } = axis === null ? { channels: 1, inner: data.length } : channelRuns(shape, axis);
  const bounds = Array.from({ length: channels }, () => ({ min: 0, max: 0 }));
  const channel = (i: number) => Math.floor(i / inner) % channels;
  (data as Float32Array).forEach((w, i) => {
    const bound = bounds[channel(i)]!;
    bound.min = Math.min(bound.min, w);
    bound.max = Math.max(bound.max, w);
  });
  const affines = bounds.map(({ min, max }) => {
    if (dtype === 'u8') return affine(min, max, 'u8');
    return { dtype, scale: Math.fround(Math.max(-min, max, 1e-6) / 127), zero: 0 };
  });
  const [low, high] = dtype === 'u8' ? [0, 255] : [-127, 127];
  const codes = Array.from(data as Float32Array, (w, i) => {
    const { scale, zero } = affines[channel(i)]!;
    return Math.min(Math.max(roundHalfEven(Math.fround(w / scale)) + zero, low), high);
  });
  return { codes, scales: affines.map(({ scale }) => scale), zeros: affines.map(({ zero }) => zero) };
}

async function rangesOf(graph: Graph, samples: readonly Feeds[]) {
  const evaluator = createEvaluator();
  const ranges = new Map<ValueName, { min: number; max: number }>();
  const see = (value: ValueName, { data }: Tensor) => {
    const range = ranges.get(value) ?? { min: 0, max: 0 };
    for (const x of data as Float32Array) {
      range.min = Math.min(range.min, x);
      range.max = Math.max(range.max, x);
    }
    ranges.set(value, range);
  };
  const values = graph.nodes
    .flatMap((node) => node.outputs)
    .filter((v) => v !== null && typeOf(graph, v).dtype === 'f32');
  const all = { ...graph, outputs: values as ValueName[] };
  try {
    for (const feeds of samples) {
      for (const [input, tensor] of feeds) see(input, tensor);
      for (const [value, tensor] of await evaluator.evaluate(all, feeds)) see(value, tensor);
    }
  } finally {
    await evaluator.release();
  }
  return ranges;
}

function startWriter(graph: Graph, quantizers: string) {
  const types = new Map(graph.types);
  for (const node of graph.nodes)
    for (const output of node.outputs) if (output && typeOf(graph, output).dtype === 'f32') types.delete(output);
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  return {
    types,
    constants,
    nodes,
    constant(name: string, dtype: DType, shape: readonly number[], values: readonly number[]): ValueName {
      constants.set(name, tensorOf(dtype, shape, values));
      types.set(name, { dtype, shape, quant: null });
      return name;
    },
    node(
      op: string,
      inputs: readonly (ValueName | null)[],
      output: ValueName,
      type: TensorType,
      attributes: Record<string, Attribute> = {},
    ): ValueName {
      if (types.has(output)) return output;
      const own = /^Q(Linear(?!Conv|MatMul)|Gemm)/.test(op);
      const domain = own ? 'com.microsoft' : /^(Quantize|Dequantize)Linear$/.test(op) ? quantizers : '';
      nodes.push({ op, domain, name: output, inputs, outputs: [output], attributes, clip: null });
      types.set(output, type);
      return output;
    },
  };
}
