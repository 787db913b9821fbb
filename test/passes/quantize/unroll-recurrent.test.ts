import { expect, test } from 'vitest';
import { editGraph } from '../../../src/ir/graph.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { foldConstants } from '../../../src/passes/float/fold-constants.ts';
import { step } from '../../../src/passes/pass.ts';
import { runPass, runPipeline } from '../../../src/passes/pipeline.ts';
import { scaleGroups } from '../../../src/passes/quantize/scale-groups.ts';
import { unrollRecurrent } from '../../../src/passes/quantize/unroll-recurrent.ts';
import { evaluate, expectSameMeaning } from '../support.ts';
import { type RecurrentSketch, recurrentGraph } from './recurrent-graphs.ts';

const SKETCHES: readonly RecurrentSketch[] = (['GRU', 'LSTM', 'RNN'] as const).flatMap((op) => [
  { op },
  { op, bias: false, batch: 3 },
  { op, first: true, outputs: [true, true], steps: 7, hidden: 8 },
  { op, first: true, batch: 2, attributes: { direction: 'bidirectional' }, outputs: [true, true] },
  { op, outputs: [true], attributes: { direction: 'reverse' } },
  { op, steps: 1, inputs: 1, hidden: 1, outputs: [true, true] },
]);

const LINEAR = SKETCHES.filter(({ op }) => op === 'GRU').map((sketch) => ({
  ...sketch,
  attributes: { ...sketch.attributes, linear_before_reset: 1 },
}));

const CELL: RecurrentSketch = { op: 'LSTM', first: true, batch: 2, outputs: [true, true, true] };

test.each([...SKETCHES, ...LINEAR, CELL])('the steps compute what the layer does: %j', async (sketch) => {
  const graph = recurrentGraph(sketch);
  const { graph: unrolled, remarks } = await runPass(unrollRecurrent, graph, { evaluate });
  expect(remarks).toEqual([]);
  expect(unrolled.nodes.map(({ op }) => op)).not.toContain(sketch.op);
  await expectSameMeaning(graph, unrolled, 1e-5);
});

test('all steps read the same constants', async () => {
  const { graph } = await runPass(unrollRecurrent, recurrentGraph({ op: 'GRU', steps: 6 }), { evaluate });
  const weights = graph.nodes.filter(({ op }) => op === 'Gemm').map(({ inputs }) => inputs[1]);
  expect(new Set(weights)).toEqual(new Set(['layer/W', 'layer/R', 'layer/Rn']));
  expect(weights).toHaveLength(6 + 6 + 6);
});

test.each(['GRU', 'LSTM', 'RNN'] as const)('%s: equal places of all steps share a scale', async (op) => {
  const { graph } = await runPipeline(recurrentGraph({ op, steps: 6 }), [unrollRecurrent, foldConstants], { evaluate });
  const groups = scaleGroups(graph);
  const groupOf = (value: string) => [...groups.members(value)].sort().join();
  /** Groups of the results of a step's nodes, in order. */
  const step = (t: number) =>
    graph.nodes.flatMap(({ name, outputs }) => (name.startsWith(`layer/${t}/`) ? [groupOf(outputs[0]!)] : []));
  expect(step(2).length).toBeGreaterThan(3);
  expect(step(3)).toEqual(step(2));
  expect(step(4)).toEqual(step(2));
});

test.each([
  ['GRU', ['h0', 'h']],
  ['LSTM', ['h0', 'h']],
  ['LSTM', ['c0', 'c']],
] as const)('%s: a state that goes in and the one that comes out share a scale: %j', async (op, [before, after]) => {
  const sketch = { op, first: true, steps: 3, outputs: [false, true, op === 'LSTM'] };
  const { graph } = await runPipeline(recurrentGraph(sketch), [unrollRecurrent, foldConstants], { evaluate });
  const output = graph.outputs[after === 'c' ? 1 : 0];
  expect(scaleGroups(graph).members(before)).toContain(output);
});

const withConstantState = (): Graph => {
  const graph = recurrentGraph({ op: 'GRU', first: true });
  const edit = editGraph({ ...graph, inputs: ['x'] });
  const state = edit.constant('state', tensorOf('f32', [1, 1, 5], [1, 2, 3, 4, 5]));
  edit.replaceUses('h0', state);
  return edit.finish();
};

test.each<[reason: string, graph: Graph, options?: Partial<typeof unrollRecurrent.defaults>]>([
  ['its clip are not the default ones', recurrentGraph({ op: 'GRU', attributes: { clip: 1 } })],
  ['4 steps are more than 3', recurrentGraph({ op: 'GRU' }), { steps: 3 }],
  ['its first state is constant and not zero', withConstantState()],
])('left as it is: %s', async (reason, graph, options = {}) => {
  const { graph: same, remarks } = await runPass(step(unrollRecurrent, options), graph, { evaluate });
  expect(remarks.map(({ text }) => text)).toEqual([`not unrolled: ${reason}`]);
  expect(same).toBe(graph);
});

test('an excluded layer stays', async () => {
  const graph = recurrentGraph({ op: 'GRU' });
  const { graph: same } = await runPass(step(unrollRecurrent, { exclude: ['layer'] }), graph, { evaluate });
  expect(same).toBe(graph);
});
