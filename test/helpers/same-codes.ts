import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { widespreadOpset } from '../../src/frontend/opset.ts';
import { constantOf, typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import type { Graph, Node, ValueName } from '../../src/ir/types.ts';
import { exportQdq } from '../../src/passes/import-quantized/export-qdq.ts';
import { quantizedImportPasses } from '../../src/passes/import-quantized/import-quantized.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';

/** The quantized graph written as a file (changed before) and read back. */
export async function throughFile(graph: Graph, change: (plain: Graph) => Graph = (plain) => plain) {
  const plain = change(exportQdq(graph));
  const bytes = exportOnnx(plain, { opset: widespreadOpset(plain) });
  const evaluator = createEvaluator();
  try {
    const result = await runPipeline(await importOnnx(bytes), quantizedImportPasses, { evaluate: evaluator.evaluate });
    return { ...result, bytes };
  } finally {
    await evaluator.release();
  }
}

/** All that decides about the C, node by node, in an order of its own: constants by what they hold, not by name. */
export function described(graph: Graph): Record<string, unknown> {
  const borders = [...graph.inputs, ...graph.outputs].map((value) => [value, typeOf(graph, value)]);
  const nodes = graph.nodes.map((node) => [node.outputs.join(), describeNode(graph, node)] as const);
  return { borders, ...Object.fromEntries([...nodes].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function describeNode(graph: Graph, node: Node): unknown {
  const { op, domain, attributes, clip, outputs } = node;
  const last = node.inputs.findLastIndex((input) => input !== null);
  const inputs = node.inputs.slice(0, last + 1).map((input) => input && describeInput(graph, input));
  const types = outputs.map((output) => output && typeOf(graph, output));
  return { op, domain, attributes, clip, inputs, types };
}

function describeInput(graph: Graph, value: ValueName): unknown {
  const tensor = constantOf(graph, value);
  if (!tensor) return value;
  const { dtype, shape, data } = tensor;
  return {
    dtype,
    shape,
    data: elementCount(shape) > 4096 ? Buffer.from(data.buffer).toString('base64') : [...data],
    type: typeOf(graph, value).quant,
  };
}
