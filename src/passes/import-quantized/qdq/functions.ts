import { constantOf, editGraph, isOutput } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Graph, Node } from '../../../ir/types.ts';
import { findOp } from '../../../ops/index.ts';
import type { PassContext } from '../../pass.ts';
import { evaluateRegion } from '../../quantize/quantize-int8.ts';
import type { TableRegion } from '../../quantize/table-regions.ts';
import type { CodeGraph } from './code-graph.ts';
import { dequantizeTensor } from './constant-codes.ts';
import { readersOf } from './readers.ts';
import { isPlain, scalesOf } from './scales.ts';
import { codePoints, lookUp } from './tables.ts';
import { homeOf, targetOf } from './targets.ts';

/**
 * The node's part in a function of one tensor between codes: the last node of the region becomes a lookup table of what
 * onnxruntime computes for each code, the others vanish. False when the region is none.
 */
export async function tabulate(code: CodeGraph, node: Node, region: TableRegion, ctx: PassContext): Promise<boolean> {
  const { graph } = code;
  const held = code.codesOf(region.input);
  const target = held && targetOf(graph, region.output);
  if (!held || !target || held.quant.axis !== null || constantOf(code.view, held.name)) return false;
  if (node !== region.nodes.at(-1)) return true;
  const values = await evaluateRegion(graph, region, codePoints(held), ctx);
  const title = region.nodes.map((member) => member.name).join(' + ');
  code.setCodes(
    region.output,
    lookUp(code, held, values, target, { title, home: homeOf(graph, region.output, target) }),
  );
  return true;
}

/** Quantized constants of one element, read by element-wise operators only, are plain numbers. */
export function plainScalars(graph: Graph): Graph {
  const edit = editGraph(graph);
  for (const node of graph.nodes) {
    const tensor = constantOf(graph, node.inputs[0]);
    const scales = isPlain(node, 'DequantizeLinear') ? scalesOf(graph, node) : null;
    const output = node.outputs[0];
    if (!tensor || !scales || !output || elementCount(tensor.shape) !== 1 || isOutput(graph, output)) continue;
    const readers = readersOf(graph, output);
    if (!readers.every(({ domain, op }) => findOp(domain, op)?.elementwise)) continue;
    edit.makeConstant(output, dequantizeTensor(tensor, { scheme: 'affine', bits: 8, ...scales, axis: null }));
  }
  return edit.finish();
}
