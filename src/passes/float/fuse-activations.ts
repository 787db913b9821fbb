import { producerOf, soleConsumer, typeOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { bypass, isOp, onlyOutput, uniformConstant } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';

/** Nodes whose kernels clamp as they store. */
const CLAMPING = [
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'AveragePool',
  'MaxPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
] as const;

/** Nodes that only move elements: a clamp after them may as well come before. */
const MOVING = ['Reshape', 'Transpose'] as const;

type Interval = readonly [min: number, max: number];

/** Relu and Clip with constant bounds become the clamp of the node that makes their input. */
export const fuseActivations = definePass({
  name: 'fuse-activations',
  summary: 'Make Relu and Clip the clamp of the layer before them; merge Clips in a row.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [withoutEffect, intoProducer, intoClip]),
});

/** A clamp of what is clamped at least as tightly. */
const withoutEffect: Rule = (graph, node) => {
  const outer = intervalOf(graph, node);
  const inner = outer && clampedTo(graph, node.inputs[0]);
  return outer && inner && outer[0] <= inner[0] && inner[1] <= outer[1] ? bypass(graph, node, node.inputs[0]) : null;
};

/** What clamps these elements last, wherever they have moved since. */
function clampedTo(graph: Graph, value: ValueName | null | undefined): Interval | null {
  const producer = producerOf(graph, value);
  if (!producer) return null;
  const own = producer.clip ?? intervalOf(graph, producer);
  return own ?? (isOp(producer, ...MOVING) ? clampedTo(graph, producer.inputs[0]) : null);
}

const intoProducer: Rule = (graph, node) => {
  const interval = intervalOf(graph, node);
  const output = onlyOutput(node);
  const source = node.inputs[0];
  if (!interval || !output || !source) return null;
  const chain = producersThroughMoves(graph, source);
  const producer = chain?.at(-1);
  if (!chain || !isOp(producer ?? null, ...CLAMPING) || !producer) return null;
  return {
    touches: [node, ...chain],
    apply(edit) {
      edit.update(producer, { clip: clampInterval(producer.clip ?? [-Infinity, Infinity], interval) });
      edit.replaceUses(output, source);
    },
  };
};

/** Clip of Relu, Relu of Clip and the like are one Clip. */
const intoClip: Rule = (graph, node) => {
  const outer = intervalOf(graph, node);
  const output = onlyOutput(node);
  const producer = producerOf(graph, node.inputs[0]);
  const inner = producer && intervalOf(graph, producer);
  if (!outer || !inner || !output) return null;
  const [min, max] = clampInterval(inner, outer);
  const source = producer.inputs[0] ?? null;
  return {
    touches: [node, producer],
    apply(edit) {
      const { dtype } = typeOf(graph, output);
      const bound = (name: string, value: number) =>
        Number.isFinite(value) ? edit.constant(`${output}.${name}`, tensorOf(dtype, [], [value])) : null;
      if (min === 0 && max === Infinity) edit.update(node, { op: 'Relu', inputs: [source] });
      else edit.update(node, { op: 'Clip', inputs: [source, bound('min', min), bound('max', max)] });
    },
  };
};

/** What a Relu or Clip of float32 with constant bounds clamps to. */
function intervalOf(graph: Graph, node: Node): Interval | null {
  if (!isOp(node, 'Relu', 'Clip') || node.clip !== null || typeOf(graph, node.outputs[0]).dtype !== 'f32') return null;
  if (node.op === 'Relu') return [0, Infinity];
  const bounds = [node.inputs[1], node.inputs[2]].map((bound, i) => {
    if (bound == null) return i === 0 ? -Infinity : Infinity;
    return uniformConstant(graph, bound);
  });
  const [min, max] = bounds;
  if (min === null || max === null || Number.isNaN(min) || Number.isNaN(max)) return null;
  return [Math.min(min, max), max]; // Clip with min > max gives max
}

/** The node that makes `value`, preceded by the moves between them; null when somebody else reads along the way. */
function producersThroughMoves(graph: Graph, value: ValueName): Node[] | null {
  const chain: Node[] = [];
  for (let current: ValueName = value; ; ) {
    const producer = producerOf(graph, current);
    if (!producer || onlyOutput(producer) !== current || !soleConsumer(graph, current)) return null;
    chain.push(producer);
    if (!isOp(producer, ...MOVING) || producer.clip !== null) return chain;
    current = must(producer.inputs[0], 'input of a move');
  }
}

/** Clamping to `inner`, then to `outer`, is clamping to this. */
function clampInterval(inner: Interval, outer: Interval): Interval {
  const clamp = (x: number) => Math.min(Math.max(x, outer[0]), outer[1]);
  return [clamp(inner[0]), clamp(inner[1])];
}
