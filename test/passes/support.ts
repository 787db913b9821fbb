import { expect } from 'vitest';
import { prune, typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { bytesOf, createData, isFloat } from '../../src/ir/tensor.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { elementReader } from '../../src/numerics/convert.ts';
import { createRng } from '../../src/numerics/rng.ts';
import type { AnyPass, Step } from '../../src/passes/pass.ts';
import { runPass } from '../../src/passes/pipeline.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';

/** Runs one graph in onnxruntime. */
export async function evaluate(graph: Graph, feeds?: ReadonlyMap<ValueName, Tensor>) {
  const evaluator = createEvaluator();
  try {
    return await evaluator.evaluate(graph, feeds);
  } finally {
    await evaluator.release();
  }
}

/** The text after the pass (dead constants of the test dropped first), which must compute what the text before it computes. */
export async function after(pass: AnyPass | Step, text: string, tolerance = 1e-5): Promise<string> {
  const before = prune(parseGraph(text));
  const { graph } = await runPass(pass, before, { evaluate });
  await expectSameMeaning(before, graph, tolerance);
  return printGraph(graph);
}

/** Both graphs give the same outputs, within `tolerance` of the largest magnitude of each, on normal random inputs. */
export async function expectSameMeaning(before: Graph, after: Graph, tolerance: number, seed = 1): Promise<void> {
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs).toEqual(before.outputs);
  const feeds = randomFeeds(before, seed);
  const expected = await evaluate(before, feeds);
  const actual = await evaluate(after, feeds);
  for (const name of before.outputs) {
    expect(typeOf(after, name)).toEqual(typeOf(before, name));
    expect({ name, error: relativeError(expected.get(name), actual.get(name)) }).toSatisfy(
      ({ error }: { error: number }) => error <= tolerance,
    );
  }
}

export function randomFeeds(graph: Graph, seed: number): Map<ValueName, Tensor> {
  const rng = createRng(seed);
  return new Map(
    graph.inputs.map((name) => {
      const { dtype, shape } = typeOf(graph, name);
      const data = createData(dtype, elementCount(shape));
      const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
      for (let i = 0; i < data.length; i++) {
        const value = isFloat(dtype) ? rng.normal() : rng.int(0, 1);
        data[i] = wide ? BigInt(value) : value;
      }
      return [name, { dtype, shape, data }];
    }),
  );
}

/** Largest difference over the largest magnitude expected; infinite when shapes or NaN differ. */
export function relativeError(expected: Tensor | undefined, actual: Tensor | undefined): number {
  if (!expected || !actual || expected.shape.join() !== actual.shape.join()) return Infinity;
  const a = elementReader(expected);
  const b = elementReader(actual);
  let range = 1e-30;
  let error = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const same = Object.is(a(i), b(i)) || a(i) === b(i);
    if (!same && !Number.isFinite(a(i) - b(i))) return Infinity;
    if (Number.isFinite(a(i))) range = Math.max(range, Math.abs(a(i)));
    if (!same) error = Math.max(error, Math.abs(a(i) - b(i)));
  }
  return error / range;
}

/** All that a pass could change behind our back, as text. */
export function snapshotOf(graph: Graph): string {
  const bytes = [...graph.constants.values()].map((tensor) => Buffer.from(bytesOf(tensor)).toString('base64'));
  return `${printGraph(graph)}\n${bytes.join('\n')}`;
}
