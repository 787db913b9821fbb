import { expect, test } from 'vitest';
import { parseGraph } from '../../../src/ir/text.ts';
import type { ValueName } from '../../../src/ir/types.ts';
import { nodeGraphs } from '../../../src/passes/samples/node-graphs.ts';

const STEPS = parseGraph(`
  input x: f32[1,2]
  input z: f32[1,2]
  const w: f32[2,2] = 1, 2, 3, 4
  const v: f32[2,2] = 1, 2, 3, 4
  a: f32[1,2] = Gemm(x, w)
  b: f32[1,2] = Gemm(a, w)
  c: f32[1,2] = Gemm(b, v)
  d: f32[1,2] = Gemm(c, w) clip=[0,inf]
  e: f32[1,2] = Gemm(d, w) clip=[-0,inf]
  f: f32[1,2] = Add(e, e)
  y: f32[1,2] = Add(f, z)
  return y`);

const noneGiven = () => false;

test('nodes that differ in names alone have one graph', () => {
  const graphs = nodeGraphs();
  const [a, b, c, d, e, twice, sum] = STEPS.nodes.map((node) => graphs(node, STEPS, noneGiven));
  expect(b.graph).toBe(a.graph);
  expect([...b.inputs.keys(), ...b.outputs.keys()]).toEqual(['a', 'b']);
  expect([...b.inputs.values(), ...b.outputs.values()]).toEqual([...a.graph.inputs, ...a.graph.outputs]);
  expect(new Set([a.graph, c.graph, d.graph, e.graph, twice.graph, sum.graph]).size).toBe(6);
  expect([...twice.inputs.keys()]).toEqual(['e']);
});

test('a constant that is fed is an input', () => {
  const isGiven = (value: ValueName) => value === 'w';
  const { inputs, graph } = nodeGraphs()(STEPS.nodes[0], STEPS, isGiven);
  expect([...inputs.keys()]).toEqual(['x', 'w']);
  expect(graph.constants.size).toBe(0);
});
