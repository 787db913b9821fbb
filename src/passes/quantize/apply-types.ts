import { constantOf, prune, sortNodes, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import type { Role } from '../../ops/op-def.ts';
import { type Affine, codeRange, quantizeArray, quantizeValue } from '../../quant/affine.ts';
import { biasFloor } from '../../quant/bias-floor.ts';
import { quantizeWeights } from '../../quant/per-channel.ts';
import type { Scales } from '../../quant/pow2-scale.ts';
import { must } from '../../support/errors.ts';
import type { QuantizationPlan } from './choose-types.ts';
import type { TableRegion } from './table-regions.ts';

/** Values of a float region's function at some points. */
export type EvaluateRegion = (region: TableRegion, points: Float32Array) => Promise<Float32Array>;

export interface ApplyOptions {
  /** Model inputs and outputs keep float32; QuantizeLinear and DequantizeLinear stand at the borders. */
  readonly floatIo: boolean;
  /** Of weights. */
  readonly scales: Scales;
}

/**
 * Writes the plan into the graph: values in the plan carry codes under their own name, constants become codes,
 * QuantizeLinear and DequantizeLinear stand where codes meet float.
 */
export async function applyQuantization(
  graph: Graph,
  plan: QuantizationPlan,
  evaluate: EvaluateRegion,
  { floatIo, scales }: ApplyOptions,
): Promise<Graph> {
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  /** Where the codes, or the floats, of a value are when they are not under its own name. */
  const codesOf = new Map<ValueName, ValueName>();
  const floatsOf = new Map<ValueName, ValueName>();
  /** Codes of weights and biases that several nodes use alike, by what they are made from. */
  const parameterOf = new Map<string, ValueName>();
  const isCodes = (value: ValueName) => types.get(value)?.quant != null;

  for (const input of graph.inputs) {
    const wanted = plan.types.get(input);
    if (wanted && !floatIo && readOnlyAsCodes(graph, plan, input)) types.set(input, codeType(graph, input, wanted));
  }
  for (const node of graph.nodes) {
    if (plan.absorbed.has(node)) continue;
    const region = plan.tables.get(node);
    if (region) await addTable(node, region);
    else if (plan.roles.has(node)) addQuantized(node, plan.roles.get(node)!);
    else nodes.push({ ...node, inputs: node.inputs.map((input) => input && asFloat(input)) });
  }
  if (floatIo) restoreFloatOutputs();
  return prune({ ...graph, nodes: sortNodes(nodes), types, constants });

  function addQuantized(node: Node, roles: readonly Role[]): void {
    const given = Array.from({ length: Math.max(node.inputs.length, roles.length) }, (_, i) => node.inputs[i] ?? null);
    const inputs = given.map((input, i) => {
      if (roles[i] === 'fill') return fillCode(node, input);
      if (input === null) return null;
      if (roles[i] === 'activation') return asCodes(input);
      if (roles[i] === 'weight') return weightCodes(node, input);
      if (roles[i] === 'bias') return null;
      return input;
    });
    roles.forEach((role, i) => {
      const bias = node.inputs[i];
      if (role === 'bias' && bias != null) inputs[i] = biasCodes(inputs[0]!, inputs[1]!, bias);
    });
    nodes.push({ ...node, inputs });
    for (const output of node.outputs) {
      if (output === null) continue;
      types.set(output, codeType(graph, output, must(plan.types.get(output), `type of '${output}'`)));
    }
  }

  /** The code, on input 0's scale, of a constant that fills; real zero when it is left out. */
  function fillCode(node: Node, input: ValueName | null): ValueName {
    const quant = must(plan.types.get(node.inputs[0]!), 'input type');
    const real = Float32Array.of(Number(constantOf(graph, input)?.data[0] ?? 0));
    const data = quantizeArray(real, affineOf(quant), codeRange(quant.bits));
    const name = addConstant(`${node.name}.fill`, { dtype: 'i8', shape: [], data });
    types.set(name, { dtype: 'i8', shape: [], quant });
    return name;
  }

  async function addTable(node: Node, region: TableRegion): Promise<void> {
    const input = asCodes(region.input);
    const from = must(types.get(input)?.quant, 'input type');
    const to = must(plan.types.get(region.output), 'output type');
    const { min, max } = codeRange(from.bits);
    const points = Float32Array.from(
      { length: max - min + 1 },
      (_, i) => affineOf(from).scale * (min + i - affineOf(from).zeroPoint),
    );
    const values = await evaluate(region, points);
    const codes = Int8Array.from(values, (y) =>
      Number.isNaN(y) ? affineOf(to).zeroPoint : quantizeValue(y, affineOf(to), codeRange(to.bits)),
    );
    const table = addConstant(`${region.output}.table`, { dtype: 'i8', shape: [codes.length], data: codes });
    const name = region.nodes.map((member) => member.name).join(' + ');
    nodes.push({
      ...node,
      op: 'LookupTable',
      domain: 'nibblec',
      name,
      inputs: [input, table],
      attributes: {},
      clip: null,
    });
    types.set(region.output, codeType(graph, region.output, to));
  }

  /** The name under which a value's codes are found; inserts QuantizeLinear or quantizes a constant. */
  function asCodes(value: ValueName): ValueName {
    if (isCodes(value)) return value;
    const known = codesOf.get(value);
    if (known) return known;
    const quant = must(plan.types.get(value), `type of '${value}'`);
    const constant = constantOf(graph, value);
    const name = constant
      ? addConstant(`${value}.codes`, {
          dtype: 'i8',
          shape: constant.shape,
          data: quantizeArray(constant.data as Float32Array, affineOf(quant), codeRange(quant.bits)),
        })
      : addNode('QuantizeLinear', value, quant, { dtype: 'i8', shape: typeOf(graph, value).shape, quant });
    types.set(name, { dtype: 'i8', shape: typeOf(graph, value).shape, quant });
    codesOf.set(value, name);
    return name;
  }

  function asFloat(value: ValueName): ValueName {
    const quant = types.get(value)?.quant;
    if (!quant) return value;
    const known = floatsOf.get(value);
    if (known) return known;
    const name = addNode('DequantizeLinear', value, quant, { ...typeOf(graph, value), quant: null });
    floatsOf.set(value, name);
    return name;
  }

  function addNode(op: string, value: ValueName, quant: Quant, type: TensorType): ValueName {
    const scale = addConstant(`${value}.scale`, { dtype: 'f32', shape: [], data: Float32Array.from(quant.scale) });
    const zero = addConstant(`${value}.zero_point`, { dtype: 'i8', shape: [], data: Int8Array.from(quant.zeroPoint) });
    const output = fresh(`${value}.${op === 'QuantizeLinear' ? 'codes' : 'real'}`);
    nodes.push({
      op,
      domain: '',
      name: output,
      inputs: [value, scale, zero],
      outputs: [output],
      attributes: {},
      clip: null,
    });
    types.set(output, type);
    return output;
  }

  /** Symmetric codes with one scale per output channel. Shared by nodes that use the same weights alike. */
  function weightCodes(node: Node, value: ValueName): ValueName {
    const axis = findOp(node.domain, node.op)?.quantize?.weightAxis?.(node) ?? 0;
    const tensor = must(constantOf(graph, value), 'weights');
    const minScale = scaleFloors(node);
    const key = JSON.stringify([value, axis, ...minScale]);
    const known = parameterOf.get(key);
    if (known) return known;
    const { codes, scale } = quantizeWeights(tensor.data as Float32Array, tensor.shape, axis, { minScale, scales });
    const name = addConstant(`${value}.codes`, { dtype: 'i8', shape: tensor.shape, data: codes });
    const quant: Quant = { scheme: 'affine', bits: 8, scale, zeroPoint: scale.map(() => 0), axis };
    types.set(name, { dtype: 'i8', shape: tensor.shape, quant });
    parameterOf.set(key, name);
    return name;
  }

  /** The weight scale of each channel below which its bias would not fit. */
  function scaleFloors(node: Node): Float64Array {
    const bias = constantOf(graph, node.inputs[2]);
    const input = plan.types.get(node.inputs[0]!);
    if (!bias || !input) return new Float64Array();
    return Float64Array.from(bias.data as Float32Array, (value) => biasFloor(value, input.scale[0]));
  }

  /** int32 with scale (input scale) * (weight scale of its channel), one per output. */
  function biasCodes(input: ValueName, weights: ValueName, value: ValueName): ValueName {
    const x = must(types.get(input)?.quant, 'input type');
    const key = JSON.stringify([value, weights, x.scale[0]]);
    const known = parameterOf.get(key);
    if (known) return known;
    const w = must(types.get(weights)?.quant, 'weight type');
    const bias = must(constantOf(graph, value), 'bias').data as Float32Array;
    const scale = w.scale.map((s) => s * x.scale[0]);
    const codes = Int32Array.from(scale, (s, c) => Math.round(bias[bias.length === 1 ? 0 : c] / s));
    const name = addConstant(`${value}.codes`, { dtype: 'i32', shape: [codes.length], data: codes });
    types.set(name, {
      dtype: 'i32',
      shape: [codes.length],
      quant: { scheme: 'affine', bits: 32, scale, zeroPoint: scale.map(() => 0), axis: 0 },
    });
    parameterOf.set(key, name);
    return name;
  }

  function addConstant(hint: string, tensor: Tensor): ValueName {
    const name = fresh(hint);
    constants.set(name, tensor);
    types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant: null });
    return name;
  }

  function fresh(hint: string): ValueName {
    let name = hint;
    for (let i = 1; types.has(name); i++) name = `${hint}.${i}`;
    return name;
  }

  /** A code-valued output moves to a new name; the old one is dequantized from it. */
  function restoreFloatOutputs(): void {
    for (const output of graph.outputs) {
      const type = types.get(output)!;
      if (!type.quant) continue;
      const name = fresh(`${output}.codes`);
      types.set(name, type);
      for (const [i, node] of nodes.entries()) {
        const rename = (value: ValueName | null) => (value === output ? name : value);
        nodes[i] = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
      }
      const real = addNode('DequantizeLinear', name, type.quant, { ...type, dtype: 'f32', quant: null });
      const last = nodes.length - 1;
      nodes[last] = { ...nodes[last], outputs: [output] };
      types.delete(real);
      types.set(output, { ...type, dtype: 'f32', quant: null });
    }
  }
}

/** Of a type with one scale. */
function affineOf(quant: Quant): Affine {
  return { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
}

function codeType(graph: Graph, value: ValueName, quant: Quant): TensorType {
  return { dtype: 'i8', shape: typeOf(graph, value).shape, quant };
}

function readOnlyAsCodes(graph: Graph, plan: QuantizationPlan, input: ValueName): boolean {
  const readers = graph.nodes.filter((node) => node.inputs.includes(input));
  return (
    readers.length > 0 &&
    !graph.outputs.includes(input) &&
    readers.every((node) => plan.roles.has(node) || plan.tables.has(node) || plan.absorbed.has(node))
  );
}
