import { constantOf, firstsOf } from '../../ir/graph.ts';
import type { Graph, Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import type { QuantizeRule, Role } from '../../ops/op-def.ts';
import { activationAffine } from '../../quant/affine.ts';
import { pow2ActivationAffine, type Scales } from '../../quant/pow2-scale.ts';
import { createScaleGroups, joinShared, type ScaleGroups, scaleGroups } from './scale-groups.ts';
import { type TableRegion, tableRegions } from './table-regions.ts';

/** What becomes integer and with which scales. */
export interface QuantizationPlan {
  /** Nodes that compute on codes, with the role of each input. */
  readonly roles: ReadonlyMap<Node, readonly Role[]>;
  /** Regions that become lookup tables, by their last node; their other nodes disappear. */
  readonly tables: ReadonlyMap<Node, TableRegion>;
  readonly absorbed: ReadonlySet<Node>;
  /** Type of every value that lives as codes. */
  readonly types: ReadonlyMap<ValueName, Quant>;
}

/** Bits of the codes of a value. */
export type BitsOf = (value: ValueName) => number;

/**
 * Chooses the nodes and the activation scales: one scale per group of values that must share one
 * (movement, max pooling, concatenation), from the calibrated ranges or fixed by the operator.
 */
export function planQuantization(
  graph: Graph,
  exclude: (node: Node) => boolean,
  bitsOf: BitsOf = (value) => graph.ranges?.get(value)?.bits ?? 8,
  scales: Scales = 'free',
): QuantizationPlan {
  const regions = tableRegions(graph, exclude);
  const regionOf = new Map(regions.flatMap((region) => region.nodes.map((node) => [node, region] as const)));
  const tables = new Map<Node, TableRegion>();
  const absorbed = new Set<Node>();

  const roles = new Map<Node, readonly Role[]>();
  const given = [...graph.inputs, ...firstsOf(graph)];
  const codes = new Set<ValueName>(given.filter((value) => graph.types.get(value)?.dtype === 'f32'));
  const groups = createScaleGroups(graph);
  const widths = wideValues(graph, bitsOf);
  const bits = (value: ValueName) => (widths.has(value) ? 16 : bitsOf(value));
  const fixed = new Map<ValueName, Quant>();
  for (const node of graph.nodes) {
    const output = node.outputs[0]!;
    const region = regionOf.get(node);
    if (region && codes.has(region.input)) {
      if (region.output !== output) {
        absorbed.add(node);
        continue;
      }
      tables.set(node, region);
      codes.add(output);
      continue;
    }
    const rule = exclude(node) ? null : ruleOf(graph, node, widths);
    const nodeRoles = rule && rolesOf(graph, node, rule, codes);
    if (!rule || !nodeRoles) continue;
    roles.set(node, nodeRoles);
    for (const value of codedOutputs(graph, node)) {
      codes.add(value);
      if (rule.output === 'as-input') groups.join(node.inputs[0]!, value);
    }
    if (rule.output === 'shared') joinShared(groups, graph, node);
    if (typeof rule.output === 'object') fixed.set(output, fixedQuant(rule.output, rule.wideScale, bits(output)));
  }
  const quantOfMembers = (members: readonly ValueName[]) => quantOfRanges(graph, members, bits, scales);
  return { roles, tables, absorbed, types: groupTypes(graph, roles, tables, codes, groups, fixed, quantOfMembers) };
}

/** Values that have codes of 16 bits: those that were chosen, what shares their scale, and constants beside them. */
function wideValues(graph: Graph, bitsOf: BitsOf): ReadonlySet<ValueName> {
  const groups = scaleGroups(graph);
  const wide = new Set<ValueName>();
  const values = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)];
  for (const value of values) {
    if (value === null || bitsOf(value) !== 16) continue;
    for (const member of groups.members(value)) wide.add(member);
  }
  for (const node of graph.nodes) {
    if (!touches(node, wide)) continue;
    for (const input of node.inputs) if (input !== null && graph.constants.has(input)) wide.add(input);
  }
  return wide;
}

function touches({ inputs, outputs }: Node, values: ReadonlySet<ValueName>): boolean {
  return [...inputs, ...outputs].some((value) => value !== null && values.has(value));
}

/** Why a node that reads or makes codes of 16 bits stays in float, or null. */
export function refusesWide(graph: Graph, node: Node, bitsOf: BitsOf): string | null {
  const rule = findOp(node.domain, node.op)?.quantize;
  const refuses = rule && !isWideRule(rule, node, graph) && touches(node, wideValues(graph, bitsOf));
  return refuses ? 'it has no integer form for activations of 16 bits' : null;
}

/** Whether the rule is for codes of 16 bits as well. */
export function isWideRule({ wide }: QuantizeRule, node: Node, graph: Graph): boolean {
  return typeof wide === 'function' ? wide(node, graph) : wide === true;
}

function fixedQuant(eight: { scale: number; zeroPoint: number }, wideScale: number | undefined, bits: number): Quant {
  return bits === 16 && wideScale !== undefined ? perTensor(wideScale, 0, 16) : perTensor(eight.scale, eight.zeroPoint);
}

function ruleOf(graph: Graph, node: Node, wide: ReadonlySet<ValueName>): QuantizeRule | null {
  const rule = findOp(node.domain, node.op)?.quantize;
  if (!rule || rule.refuse?.(node, graph)) return null;
  if (touches(node, wide) && !isWideRule(rule, node, graph)) return null;
  // No elements, no scales.
  if (node.inputs.some((input) => isEmpty(constantOf(graph, input)))) return null;
  return rule.output === 'plain' || codedOutputs(graph, node).length > 0 ? rule : null;
}

/** The results that are real numbers; others (indices) keep their types. */
export function codedOutputs(graph: Graph, { outputs }: Node): ValueName[] {
  return outputs.filter((value) => value !== null && graph.types.get(value)?.dtype === 'f32') as ValueName[];
}

function isEmpty(constant: Tensor | null): boolean {
  return constant?.data.length === 0;
}

/** Layers with weights and choices from a table always compute on codes; others only when some input already is codes. */
function rolesOf(graph: Graph, node: Node, rule: QuantizeRule, codes: ReadonlySet<ValueName>): readonly Role[] | null {
  const { inputs } = rule;
  const roles =
    inputs === 'all-activations'
      ? node.inputs.map((): Role => 'activation')
      : typeof inputs === 'function'
        ? inputs(node, graph)
        : node.inputs.map((_, i): Role => inputs[i] ?? 'parameter');
  const activations = node.inputs.filter(
    (input, i) => input !== null && roles[i] === 'activation' && (codes.has(input) || !constantOf(graph, input)),
  );
  if (rule.picks && activations.length === 0) return picksFromTable(graph, node) ? roles : null;
  const already = activations.some((input) => codes.has(input!));
  const calibrated = activations.every((input) => codes.has(input!) || graph.ranges?.has(input!));
  return calibrated && activations.length > 0 && (already || roles.includes('weight')) ? roles : null;
}

/** An embedding: computed places choose from a constant. */
function picksFromTable(graph: Graph, { inputs, outputs }: Node): boolean {
  const table = constantOf(graph, inputs[0]);
  return table?.dtype === 'f32' && !constantOf(graph, inputs[1]) && graph.ranges?.has(outputs[0]!) === true;
}

function groupTypes(
  graph: Graph,
  roles: QuantizationPlan['roles'],
  tables: QuantizationPlan['tables'],
  codes: ReadonlySet<ValueName>,
  groups: ScaleGroups,
  fixed: ReadonlyMap<ValueName, Quant>,
  quantOf: (members: readonly ValueName[]) => Quant,
): Map<ValueName, Quant> {
  const used = new Set<ValueName>();
  for (const [node, nodeRoles] of roles) {
    node.inputs.forEach((input, i) => {
      if (input !== null && nodeRoles[i] === 'activation') used.add(input);
    });
    for (const output of codedOutputs(graph, node)) used.add(output);
  }
  for (const region of tables.values()) used.add(region.input).add(region.output);
  const types = new Map<ValueName, Quant>();
  for (const value of used) {
    if (!codes.has(value) && !graph.ranges?.has(value) && !graph.constants.has(value)) continue;
    const members = groups.members(value);
    const known = members.map((member) => fixed.get(member)).find((quant) => quant !== undefined);
    types.set(value, known ?? quantOf(members));
  }
  return types;
}

/** One type for values that share a scale; where they differ in bits, for the most. */
function quantOfRanges(graph: Graph, members: readonly ValueName[], bitsOf: BitsOf, scales: Scales): Quant {
  let min = 0;
  let max = 0;
  for (const member of members) {
    const constant = graph.constants.get(member);
    const range = constant ? rangeOf(constant.data as Float32Array) : graph.ranges?.get(member);
    if (!range) continue;
    min = Math.min(min, range.min);
    max = Math.max(max, range.max);
  }
  const computed = members.filter((member) => !graph.constants.has(member));
  const bits = Math.max(...(computed.length === 0 ? members : computed).map(bitsOf));
  const affine = scales === 'pow2' ? pow2ActivationAffine : activationAffine;
  const { scale, zeroPoint } = affine(min, max, bits);
  return perTensor(scale, zeroPoint, bits);
}

function rangeOf(data: Float32Array): { min: number; max: number } {
  let min = 0;
  let max = 0;
  for (const value of data) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

export function perTensor(scale: number, zeroPoint: number, bits = 8): Quant {
  return { scheme: 'affine', bits, scale: [scale], zeroPoint: [zeroPoint], axis: null };
}
