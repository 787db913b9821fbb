import { type Builder, buildOn } from '../../autodiff/builder.ts';
import type { CustomGradient } from '../../autodiff/custom-gradient.ts';
import { fakeQuantize } from '../../autodiff/fake-quantize.ts';
import { embeddingOf, scalesRows } from '../../ir/embedding.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import type { CodeRange } from '../../quant/affine.ts';
import { codeRange } from '../../quant/affine.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { dequantizeTensor } from '../import-quantized/qdq/constant-codes.ts';
import type { QuantizedWeights } from './quantized-weights.ts';
import { tableLookup } from './table-lookup.ts';
import { layerMaker, type TrainedLayer, withParameters, withTrained } from './trained-layer.ts';
import { type TrainedRange, trainedRanges, withRanges } from './trained-ranges.ts';
import { fixedCodes, type WeightMethod, type WeightParameter } from './trained-weights.ts';

export interface SimulateOptions {
  /** What the weights were before, for methods that start from there. */
  readonly float?: Graph;
  /** Default: codes stay. */
  methodOf?(weights: QuantizedWeights): WeightMethod;
  /** Whether scales of activations are trained too. */
  readonly ranges?: boolean;
}

/** A quantized graph in real numbers, every value rounded to what its codes can stand for. Values keep their names. */
export interface Simulation {
  readonly graph: Graph;
  /** Gradients of the roundings: straight through. */
  readonly custom: ReadonlyMap<ValueName, CustomGradient>;
  readonly layers: readonly TrainedLayer[];
  /** Constants of the graph, each once. */
  readonly parameters: readonly WeightParameter[];
  /** The quantized graph that these values of the parameters stand for. */
  quantized(values: ReadonlyMap<ValueName, Tensor>): Graph;
}

/**
 * The float graph that computes what the quantized one does, but for ties in rounding: weights are codes times a scale
 * per row, or depend on parameters as a method says; scales and biases are parameters.
 */
export function simulate(graph: Graph, options: SimulateOptions = {}): Simulation {
  const { float = null, methodOf = () => fixedCodes } = options;
  const build = buildOn(graph);
  const custom = new Map<ValueName, CustomGradient>();
  const layers: TrainedLayer[] = [];
  /** What readers of a value read instead. */
  const real = new Map<ValueName, ValueName>();
  for (const [value, { shape, quant }] of graph.types) {
    if (quant && !constantOf(graph, value)) build.draft.setType(value, { dtype: 'f32', shape, quant: null });
  }
  const ranges = options.ranges ? trainedRanges(build, graph) : new Map<ValueName, TrainedRange>();
  const round = (x: ValueName, value: ValueName, quant: Quant, codes = codeRange(quant.bits)): ValueName => {
    const grid = { ...codes, zeroPoint: zeroPointOf(quant) };
    const marked = fakeQuantize(build, x, ranges.get(value)?.scale ?? build.scalar(scaleOf(quant)), grid);
    custom.set(marked.value, marked.gradient);
    return marked.value;
  };
  const layerOf = layerMaker(build, graph, float, methodOf);

  for (const [value, tensor] of graph.constants) {
    const { quant } = typeOf(graph, value);
    if (quant) real.set(value, build.draft.constant(value, dequantizeTensor(tensor, quant)));
  }
  for (const input of graph.inputs) {
    const { quant } = typeOf(graph, input);
    build.scope = input;
    if (quant) real.set(input, round(input, input, quant));
  }
  for (const node of graph.nodes) {
    build.scope = node.name;
    const inputs = node.inputs.map((input) => input && (real.get(input) ?? input));
    const output = node.outputs[0];
    const quant = output == null ? null : typeOf(graph, output).quant;
    if (output == null || !quant || onlyMoves(graph, node)) {
      build.draft.update(node, isBorder(node) ? copyOf(inputs[0]) : { inputs });
      continue;
    }
    const layer = layerOf(node);
    if (layer) {
      layers.push(layer);
      for (const [value, gradient] of layer.weights.custom) custom.set(value, gradient);
    }
    build.draft.update(node, copyOf(resultOf(build, graph, node, inputs, { custom, round, layer })));
  }
  const used = [...new Set(ranges.values())];
  return {
    graph: build.draft.finish(),
    custom,
    layers,
    parameters: parametersOf(layers, used),
    quantized: (values) => withTrained(withRanges(graph, used, values), layers, values),
  };
}

function parametersOf(layers: readonly TrainedLayer[], ranges: readonly TrainedRange[]): WeightParameter[] {
  const all = layers.flatMap(({ weights, scales, bias }) => [
    ...weights.parameters,
    ...(scales === null ? [] : [{ name: scales.parameter, rate: 1 }]),
    ...(bias === null ? [] : [{ name: bias.parameter, rate: 1 }]),
  ]);
  const byName = new Map(
    [...all, ...ranges.map(({ parameter }) => ({ name: parameter, rate: 1 }))].map((p) => [p.name, p]),
  );
  return [...byName.values()];
}

interface Rounding {
  readonly custom: Map<ValueName, CustomGradient>;
  round(x: ValueName, value: ValueName, quant: Quant, codes?: CodeRange): ValueName;
  readonly layer: TrainedLayer | null;
}

function resultOf(
  build: Builder,
  graph: Graph,
  node: Node,
  inputs: readonly (ValueName | null)[],
  { custom, round, layer }: Rounding,
): ValueName {
  const output = node.outputs[0]!;
  const quant = quantOf(graph, output);
  if (isBorder(node)) return round(inputs[0]!, output, quant);
  if (node.op === 'LookupTable') {
    const marked = tableLookup(build, graph, node, inputs[0]!);
    custom.set(marked.value, marked.gradient);
    return marked.value;
  }
  const { op, domain, attributes } = node;
  const type = { dtype: 'f32', shape: typeOf(graph, output).shape, quant: null } as const;
  const given = layer ? [inputs[0], layer.weights.value] : inputs;
  const plain = build.draft.node({ op, domain, inputs: given, attributes }, type, `${output}.plain`);
  return round(layer ? withParameters(build, plain, layer) : plain, output, quant, clampCodes(node, quant));
}

/** The codes of its results are codes of its inputs. */
function onlyMoves(graph: Graph, node: Node): boolean {
  const rule = findOp(node.domain, node.op)?.quantize;
  const embedding = embeddingOf(graph, node);
  if (embedding && scalesRows(graph, embedding)) return false;
  return rule?.output === 'as-input' && !rule.computes?.(node) && node.clip === null;
}

function isBorder({ op }: Node): boolean {
  return op === 'QuantizeLinear' || op === 'DequantizeLinear';
}

function copyOf(value: ValueName | null): Partial<Node> {
  return { op: 'Identity', domain: '', inputs: [value], attributes: {}, clip: null };
}
