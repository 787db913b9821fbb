import { describe, expect, test } from 'vitest';
import { buildOn } from '../../src/autodiff/builder.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { fakeQuantize, fakeQuantizeLevels } from '../../src/autodiff/fake-quantize.ts';
import type { Graph } from '../../src/ir/types.ts';
import { evaluate } from '../passes/support.ts';

const EMPTY: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], types: new Map(), constants: new Map() };
const X = [-3.2, -1.1, -0.6, -0.2, 0, 0.3, 0.9, 1.4, 2.6, 9];

/** The rounded values, and the gradients of their sum weighted 1, 2, 3, ... */
async function results(levels: readonly number[] | { readonly min: number; readonly max: number }) {
  const build = buildOn(EMPTY);
  const x = build.constant('x', [X.length], X);
  const scale = build.constant('scale', [], [0.5]);
  const marked = 'min' in levels ? fakeQuantize(build, x, scale, levels) : fakeQuantizeLevels(build, x, scale, levels);
  const weights = build.constant(
    'weights',
    [X.length],
    X.map((_, i) => i + 1),
  );
  const loss = build.reduce('ReduceSum', build.mul(marked.value, weights), [0], false);
  for (const value of [marked.value, loss]) build.draft.addOutput(value);
  const { graph, gradients } = differentiate(
    build.draft.finish(),
    loss,
    [x, scale],
    new Map([[marked.value, marked.gradient]]),
  );
  const all = await evaluate(graph);
  const read = (name: string) => Array.from(all.get(name)!.data as Float32Array, (x) => x + 0);
  return { values: read(marked.value), dx: read(gradients.get(x)!), ds: read(gradients.get(scale)!)[0] };
}

describe('a grid of levels', () => {
  test('of all integers rounds and learns as the uniform one', async () => {
    const uniform = await results({ min: -3, max: 3 });
    const levels = await results([-3, -2, -1, 0, 1, 2, 3]);
    expect(levels.values).toEqual(uniform.values);
    // What rounds to the last level from outside is inside for one and outside for the other: none of X does.
    expect(levels.dx).toEqual(uniform.dx);
    expect(levels.ds).toBeCloseTo(uniform.ds, 5);
  });

  test('of powers of two: the nearest one, and a gradient of 0 beyond the ends', async () => {
    const { values, dx } = await results([-4, -2, -1, 0, 1, 2, 4]);
    expect(values).toEqual([-2, -1, -0.5, 0, 0, 0.5, 1, 1, 2, 2]);
    expect(dx).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
  });
});
