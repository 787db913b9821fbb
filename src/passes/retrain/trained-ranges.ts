import type { Builder } from '../../autodiff/builder.ts';
import { constantOf, editGraph, producerOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { scaleOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import { createScaleGroups, joinShared } from '../quantize/scale-groups.ts';
import { factorOf } from './trained-weights.ts';

/** Activations that share a scale, which becomes scale exp(parameter). */
export interface TrainedRange {
  readonly members: readonly ValueName[];
  readonly parameter: ValueName;
  /** The scale as a scalar of the simulation. */
  readonly scale: ValueName;
}

/**
 * The scales of activations as parameters, one for all values that must share it. Those that something else depends on
 * stay: of the graph's inputs, of tables made for a scale, of operators whose result has a fixed one, powers of two.
 */
export function trainedRanges(build: Builder, graph: Graph): Map<ValueName, TrainedRange> {
  const groups = createScaleGroups(graph);
  const fixed = new Set<ValueName>(graph.inputs);
  for (const node of graph.nodes) {
    const rule = findOp(node.domain, node.op)?.quantize;
    const outputs = node.outputs
      .filter((output) => output !== null)
      .filter((output) => typeOf(graph, output).quant !== null);
    if (rule?.output === 'as-input') for (const output of outputs) groups.join(node.inputs[0]!, output);
    if (rule?.output === 'shared' && outputs.length > 0) joinShared(groups, graph, node);
    const bound = node.op === 'LookupTable' ? [node.inputs[0]!, ...outputs] : [];
    if (typeof rule?.output === 'object') bound.push(...outputs);
    for (const value of bound) fixed.add(value);
  }
  const ranges = new Map<ValueName, TrainedRange>();
  for (const [value, { quant }] of graph.types) {
    if (!quant || ranges.has(value) || constantOf(graph, value)) continue;
    const members = groups.members(value);
    const stays = members.some((member) => fixed.has(member) || constantOf(graph, member));
    if (stays || !producerOf(graph, value) || Number.isInteger(Math.log2(quant.scale[0]))) continue;
    build.scope = value;
    const { parameter, factor } = factorOf(build, 'range', []);
    const range = { members, parameter: parameter.name, scale: build.scale(factor, scaleOf(quant)) };
    for (const member of members) ranges.set(member, range);
  }
  return ranges;
}

/** The graph with the scales that these parameters stand for. Biases of the layers that read the values must follow. */
export function withRanges(
  graph: Graph,
  ranges: Iterable<TrainedRange>,
  values: ReadonlyMap<ValueName, Tensor>,
): Graph {
  const edit = editGraph(graph);
  for (const { members, parameter } of ranges) {
    const factor = Math.exp(Number(must(values.get(parameter), parameter).data[0]));
    for (const member of members) {
      const type = typeOf(graph, member);
      const quant = must<Quant | null>(type.quant, member)!;
      edit.setType(member, { ...type, quant: { ...quant, scale: quant.scale.map((s) => Math.fround(s * factor)) } });
    }
  }
  return edit.finish();
}
