import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import type { KernelOptions } from '../../src/codegen/lower/lower-graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { goldenGraph } from '../golden/golden-graph.ts';

/** Two convolutions, one beside them, and what becomes of their results; without what that does not need. */
function net(last: string, between = ''): Graph {
  const all = `
const w1: i8[16,16,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b1: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w2: i8[16,16,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b2: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w3: i8[16,16,1,1]{axis=0, scale=drawn, zero=0} = drawn
const b3: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const k: i8[1,16,12,12]{scale=0.05, zero=0} = drawn
c1: i8[1,16,12,12]{scale=0.05, zero=-128} = Conv(x, w1, b1) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
c2: i8[1,16,12,12]{scale=0.06, zero=3} = Conv(c1, w2, b2) kernel_shape=[3,3] pads=[1,1,1,1] ${between}
c3: i8[1,16,12,12]{scale=0.06, zero=3} = Conv(x, w3, b3) kernel_shape=[1,1]`.split('\n');
  const unneeded = [...(last.includes('c3') ? [] : ['c3', 'w3', 'b3']), ...(last.includes('k') ? [] : ['k'])];
  const lines = all.filter((line) => !unneeded.some((name) => line.replace('const ', '').startsWith(`${name}:`)));
  return goldenGraph(`input x: i8[1,16,12,12]{scale=0.03, zero=5}${lines.join('\n')}
s: i8[1,16,12,12]{scale=0.07, zero=-9} = ${last}
return s`);
}

const M4F: Partial<KernelOptions> = { core: 'cortex-m4f' };
const DSP = new Set(['dsp', 'mull', 'unaligned', 'div']);
const programOf = (graph: Graph, kernels: Partial<KernelOptions> = M4F, features = DSP) =>
  generate(graph, { name: 'net', features, kernels, fuse: false });
const layersOf = (...args: Parameters<typeof programOf>) =>
  programOf(...args).program.calls.map(({ node, sum, kernel }) => [node, sum ?? null, kernel]);

test('a convolution makes the sum of its result, which is then nowhere', () => {
  const graph = net('Add(c2, x)');
  const { program, plan, files } = programOf(graph);
  expect(program.calls.map(({ node, sum }) => [node, sum])).toEqual([
    ['c1', undefined],
    ['c2', 's'],
  ]);
  expect(program.buffers.map(({ name }) => name)).not.toContain('c2');
  expect(files.get('net.c')).toContain("Conv 3x3, then Add 's'");
  const apart = programOf(graph, { ...M4F, pins: new Map([['s', 'add4_s8']]) });
  expect(plan.arenaBytes).toBeLessThan(apart.plan.arenaBytes);
  const sumOf = ({ calls }: typeof program) => calls.reduce((all, { instructions = 0 }) => all + instructions, 0);
  expect(sumOf(program)).toBeLessThan(sumOf(apart.program));
});

test('of two convolutions the one that spares more', () => {
  expect(layersOf(net('Add(c2, c3)'))).toContainEqual(['c2', 's', 'conv2d_4x2_s8']);
  // Winograd, which does not add, is taken for the other.
  expect(layersOf(net('Add(c2, c3)'), { ...M4F, goal: 'speed' })).toEqual([
    ['c1', null, 'conv2d_winograd_s8'],
    ['c2', null, 'conv2d_winograd_s8'],
    ['c3', 's', 'pointwise_4x2_s8'],
  ]);
});

test.each<[string, string, string?]>([
  ['its own input', 'Add(c2, c1)'],
  ['a constant', 'Add(c2, k)'],
  ['itself', 'Add(c2, c2)'],
  ['codes of a clip', 'Add(c2, x)', 'clip=[0,6]'],
  ['another operator', 'Sub(c2, x)'],
])('not with %s', (_, last, between) => {
  expect(layersOf(net(last, between)).map(([, sum]) => sum)).toEqual(expect.not.arrayContaining(['s']));
});

test('not on other cores, for goals that spare memory, or for a layer that is pinned', () => {
  const graph = net('Add(c2, x)');
  const pinned = [
    ['s', 'add4_s8'],
    ['c2', 'conv2d_4x2_s8'],
  ] as const;
  for (const layers of [
    layersOf(graph, { core: 'cortex-m3' }, new Set(['mull', 'unaligned', 'div'])),
    layersOf(graph, { ...M4F, goal: 'size' }),
    layersOf(graph, { ...M4F, goal: 'ram' }),
    ...pinned.map((pin) => layersOf(graph, { ...M4F, pins: new Map([pin]) })),
  ]) {
    expect(layers.map(([node]) => node)).toEqual(['c1', 'c2', 's']);
  }
});

test('numbers are added by the convolution where nothing bounds them before', () => {
  const net = (between: string) =>
    goldenGraph(`input x: f32[1,16,12,12]
const w1: f32[16,16,3,3] = drawn
const w2: f32[16,16,3,3] = drawn
c1: f32[1,16,12,12] = Conv(x, w1) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
c2: f32[1,16,12,12] = Conv(c1, w2) kernel_shape=[3,3] pads=[1,1,1,1] ${between}
s: f32[1,16,12,12] = Add(c2, x) clip=[0,inf]
return s`);
  const fpu = new Set([...DSP, 'fpu']);
  const { program, plan } = programOf(net(''), M4F, fpu);
  expect(program.calls.map(({ node, sum }) => [node, sum])).toEqual([
    ['c1', undefined],
    ['c2', 's'],
  ]);
  // x, over which the sum lies, and c1.
  expect(plan.arenaBytes).toBe(2 * 4 * 16 * 12 * 12);
  expect(layersOf(net('clip=[0,inf]'), M4F, fpu).map(([node]) => node)).toEqual(['c1', 'c2', 's']);
  expect(layersOf(net(''), M4F, DSP).map(([node]) => node)).toEqual(['c1', 'c2', 's']);
});
