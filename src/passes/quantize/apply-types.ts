import { constantOf, isOutput } from '../../ir/graph.ts';
import { carrierOf, tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import type { Role } from '../../ops/op-def.ts';
import { codeRange, quantizeArray, quantizeValue } from '../../quant/affine.ts';
import type { Scales } from '../../quant/pow2-scale.ts';
import { affineOf } from '../../quant/quantized.ts';
import { WIDE_POINTS, wideTable } from '../../quant/wide-table.ts';
import { must } from '../../support/errors.ts';
import { codedOutputs, type QuantizationPlan } from './choose-types.ts';
import { parameterCodes } from './parameter-codes.ts';
import { quantizedDraft } from './quantized-draft.ts';
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
  const draft = quantizedDraft(graph);
  const parameters = parameterCodes(draft, plan, scales);
  const planned = (value: ValueName) => must(plan.types.get(value), `type of '${value}'`);
  const asCodes = (value: ValueName) => draft.asCodes(value, () => planned(value));

  for (const input of graph.inputs) {
    if (plan.types.has(input) && !floatIo && readOnlyAsCodes(graph, plan, input)) draft.setCodes(input, planned(input));
  }
  for (const node of graph.nodes) {
    if (plan.absorbed.has(node)) continue;
    const region = plan.tables.get(node);
    const roles = plan.roles.get(node);
    if (region) await addTable(node, region);
    else if (roles) addQuantized(node, roles);
    else draft.add({ ...node, inputs: node.inputs.map((input) => input && draft.asFloat(input)) });
  }
  if (floatIo) draft.restoreFloatOutputs();
  return draft.finish();

  function addQuantized(node: Node, roles: readonly Role[]): void {
    const given = Array.from({ length: Math.max(node.inputs.length, roles.length) }, (_, i) => node.inputs[i] ?? null);
    const inputs = given.map((input, i) => {
      if (roles[i] === 'fill') return fillCode(node, input);
      if (input === null) return null;
      if (roles[i] === 'activation') return asCodes(input);
      if (roles[i] === 'weight') return parameters.weights(node, input);
      if (roles[i] === 'bias') return null;
      return input;
    });
    roles.forEach((role, i) => {
      const bias = node.inputs[i];
      if (role === 'bias' && bias != null) inputs[i] = parameters.bias(inputs[0]!, inputs[1]!, bias);
    });
    draft.add({ ...node, inputs });
    for (const output of codedOutputs(graph, node)) draft.setCodes(output, planned(output));
  }

  /** The code, on input 0's scale, of a constant that fills; real zero when it is left out. */
  function fillCode(node: Node, input: ValueName | null): ValueName {
    const quant = planned(node.inputs[0]!);
    const real = Float32Array.of(Number(constantOf(graph, input)?.data[0] ?? 0));
    const data = quantizeArray(real, affineOf(quant), codeRange(quant.bits));
    return draft.addConstant(`${node.name}.fill`, { dtype: carrierOf(quant), shape: [], data }, quant);
  }

  /** A region of floats that depends on one value: its result for each of that value's codes. */
  async function addTable(node: Node, region: TableRegion): Promise<void> {
    const input = asCodes(region.input);
    const from = draft.quantOf(input);
    const to = planned(region.output);
    const { min, max } = codeRange(from.bits);
    const { scale, zeroPoint } = affineOf(from);
    const count = from.bits > 8 ? WIDE_POINTS : max - min + 1;
    const points = Float32Array.from({ length: count }, (_, i) => scale * (min + i - zeroPoint));
    const table = draft.addConstant(`${region.output}.table`, tableOf(await evaluate(region, points), from, to));
    const name = region.nodes.map((member) => member.name).join(' + ');
    const inputs = [input, table];
    draft.add({ ...node, op: 'LookupTable', domain: 'nibblec', name, inputs, attributes: {}, clip: null });
    draft.setCodes(region.output, to);
  }
}

/** Results of a function at all codes of its input as a table. */
export function tableOf(reals: Float32Array, from: Quant, to: Quant): Tensor {
  const codes = codeRange(to.bits);
  if (from.bits > 8) {
    const { entries } = wideTable(reals, affineOf(to), codes);
    return { dtype: 'i16', shape: [entries.length], data: entries };
  }
  const code = (y: number) => (Number.isNaN(y) ? affineOf(to).zeroPoint : quantizeValue(y, affineOf(to), codes));
  return tensorOf(carrierOf(to), [reals.length], Array.from(reals, code));
}

function readOnlyAsCodes(graph: Graph, plan: QuantizationPlan, input: ValueName): boolean {
  const readers = graph.nodes.filter((node) => node.inputs.includes(input));
  return (
    readers.length > 0 &&
    !isOutput(graph, input) &&
    readers.every((node) => plan.roles.has(node) || plan.tables.has(node) || plan.absorbed.has(node))
  );
}
