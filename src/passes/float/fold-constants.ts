import { intAttribute } from '../../ir/attributes.ts';
import { editGraph, typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import { byteCount, tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { computeConstants, UNREADABLE } from './compute-constants.ts';
import { RANDOM_OPS } from './rules/random.ts';

/**
 * Purpose: whatever can be computed now is not computed on the microcontroller.
 * Method: Shape and Size read the static types, values without elements are constants whatever makes them; then all
 * values that depend on constants alone and that something else reads are computed: arithmetic here, so that weights do
 * not depend on the processor (constant-arithmetic), the rest in onnxruntime.
 * Kept: random nodes; QuantizeLinear and DequantizeLinear (they say how a constant is to be stored); a result of
 * more than `maxBytes` that is also more than `maxGrowth` times the constants it comes from (Expand, Tile,
 * ConstantOfShape), unless it is the weights of a layer.
 */
export const foldConstants = definePass({
  name: 'fold-constants',
  summary: 'Compute what depends on constants and shapes only.',
  requires: ['float-only'],
  provides: [],
  defaults: { maxBytes: 65536, maxGrowth: 4 },
  async run(graph, { maxBytes, maxGrowth }, ctx) {
    const shaped = foldEmpty(foldShapes(graph));
    const values = chooseValues(
      shaped,
      (constantBytes, bytes) => bytes > maxBytes && bytes > maxGrowth * constantBytes,
    );
    if (values.length === 0) return shaped;
    const results = await computeConstants(shaped, values, ctx);
    const edit = editGraph(shaped);
    for (const [value, tensor] of results) edit.makeConstant(value, tensor);
    return edit.finish();
  },
});

/** Shape (with start and end) and Size of every value: types are static. */
function foldShapes(graph: Graph): Graph {
  const edit = editGraph(graph);
  let found = false;
  for (const node of graph.nodes) {
    const output = node.outputs[0];
    if (node.domain !== '' || !output || (node.op !== 'Shape' && node.op !== 'Size')) continue;
    const { shape } = must(graph.types.get(node.inputs[0] ?? ''), `type of the input of '${node.name}'`);
    if (node.op === 'Size') edit.makeConstant(output, tensorOf('i64', [], [elementCount(shape)]));
    else {
      const part = shape.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', shape.length));
      edit.makeConstant(output, tensorOf('i64', [part.length], part));
    }
    found = true;
  }
  return found ? edit.finish() : graph;
}

function foldEmpty(graph: Graph): Graph {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const empty = [...graph.types].filter(([value, { shape }]) => made.has(value) && elementCount(shape) === 0);
  if (empty.length === 0) return graph;
  const edit = editGraph(graph);
  for (const [value, { dtype, shape }] of empty) edit.makeConstant(value, tensorOf(dtype, shape, []));
  return edit.finish();
}

/** The values to compute: constant ones that a computed node or the caller reads, without those that grow too much. */
function chooseValues(graph: Graph, grows: (constantBytes: number, bytes: number) => boolean): ValueName[] {
  const sources = constantSources(graph);
  const chosen = new Set<ValueName>();
  const kept = new Set<Node>();
  const queue: { value: ValueName; forWeights: boolean }[] = graph.outputs.map((value) => ({
    value,
    forWeights: false,
  }));
  const enqueueInputs = (node: Node) => {
    for (const [i, value] of node.inputs.entries()) {
      if (value !== null) queue.push({ value, forWeights: i > 0 && WEIGHTED.has(node.op) });
    }
  };
  for (const node of graph.nodes) if (!sources.has(node)) enqueueInputs(node);

  const producers = new Map(
    [...sources.keys()].flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  for (let item = queue.pop(); item; item = queue.pop()) {
    const producer = producers.get(item.value);
    if (!producer || chosen.has(item.value)) continue;
    const bytes = byteCount(typeOf(graph, item.value));
    const tooLarge = !item.forWeights && grows(must(sources.get(producer), 'constant sources').bytes, bytes);
    if (tooLarge || UNREADABLE.has(typeOf(graph, item.value).dtype)) {
      if (!kept.has(producer)) enqueueInputs(producer);
      kept.add(producer);
    } else {
      chosen.add(item.value);
    }
  }
  return [...graph.types.keys()].filter((value) => chosen.has(value));
}

/** Layers whose parameters must be constants. */
const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'GRU', 'LSTM', 'RNN']);

interface Sources {
  readonly constants: ReadonlySet<ValueName>;
  readonly bytes: number;
}

/** Every node that depends on constants alone, with the constants it comes from. */
function constantSources(graph: Graph): Map<Node, Sources> {
  const sources = new Map<Node, Sources>();
  const producers = new Map<ValueName, Node>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output) producers.set(output, node);
    const constants = foldable(graph, node) ? sourcesOf(graph, node, sources, producers) : null;
    if (!constants) continue;
    let bytes = 0;
    for (const name of constants) bytes += byteCount(must(graph.constants.get(name), `constant '${name}'`));
    sources.set(node, { constants, bytes });
  }
  return sources;
}

function sourcesOf(
  graph: Graph,
  node: Node,
  sources: ReadonlyMap<Node, Sources>,
  producers: ReadonlyMap<ValueName, Node>,
): Set<ValueName> | null {
  const constants = new Set<ValueName>();
  for (const input of node.inputs) {
    if (input === null) continue;
    const producer = producers.get(input);
    const from = producer ? sources.get(producer)?.constants : graph.constants.has(input) ? [input] : null;
    if (!from) return null;
    for (const name of from) constants.add(name);
  }
  return constants;
}

const KEPT: ReadonlySet<string> = new Set([...RANDOM_OPS, 'Dropout', 'QuantizeLinear', 'DequantizeLinear']);

function foldable(graph: Graph, node: Node): boolean {
  if (KEPT.has(node.op) || (node.domain !== '' && node.domain !== 'com.microsoft')) return false;
  return node.outputs.every((output) => output === null || typeOf(graph, output).dtype !== 'string');
}
