import { describe, expect, test } from 'vitest';
import { prune } from '../../../src/ir/graph.ts';
import { broadcastShape } from '../../../src/ir/shape.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { DType, Graph, Shape } from '../../../src/ir/types.ts';
import { foldConstants } from '../../../src/passes/float/fold-constants.ts';
import { runPass } from '../../../src/passes/pipeline.ts';
import { UserError } from '../../../src/support/errors.ts';
import { MemoryBudget } from '../../../src/support/memory-budget.ts';
import { random } from '../../helpers/onnx-file.ts';
import { evaluate, relativeError } from '../support.ts';

const refuse = () => Promise.reject(new Error('onnxruntime is asked'));

/** The constant that the outputs of a graph without inputs become, without onnxruntime. */
async function folded(graph: Graph) {
  const { graph: result } = await runPass(foldConstants, graph, { evaluate: refuse });
  return result.constants;
}

const hasSqrt = (op: string) => op === 'Sqrt' || op === 'Reciprocal';

describe('equals onnxruntime', () => {
  const shapes: [Shape, Shape][] = [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 4],
      [3, 1],
    ],
    [[], [5]],
  ];
  const cases = (['f32', 'f64', 'i32', 'i64', 'u8', 'f16'] as const).flatMap((dtype) =>
    ['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Sqrt', 'Reciprocal'].flatMap((op) =>
      dtype === 'u8' && op === 'Neg' ? [] : dtype.startsWith('f') || !hasSqrt(op) ? [[op, dtype] as const] : [],
    ),
  );
  test.each(cases)('%s of %s, to the bit', async (op, dtype) => {
    for (const [a, b] of shapes) {
      const unary = op === 'Neg' || hasSqrt(op);
      const graph = binary(op, dtype, a, unary ? null : b, unary ? a : broadcastShape(a, b));
      const expected = (await evaluate(graph)).get('y');
      expect((await folded(graph)).get('y')).toEqual(expected);
    }
  });

  test.each<[Shape, Shape, Shape]>([
    [
      [3, 4],
      [4, 5],
      [3, 5],
    ],
    [[4], [4], []],
    [[4], [2, 4, 3], [2, 3]],
    [[2, 3, 4], [4], [2, 3]],
    [
      [2, 1, 3, 4],
      [5, 4, 2],
      [2, 5, 3, 2],
    ],
  ])('MatMul of [%s] and [%s]', async (a, b, y) => {
    const integers = binary('MatMul', 'i32', a, b, y);
    expect((await folded(integers)).get('y')).toEqual((await evaluate(integers)).get('y'));
    const floats = binary('MatMul', 'f32', a, b, y);
    expect(relativeError((await evaluate(floats)).get('y'), (await folded(floats)).get('y'))).toBeLessThan(3e-7);
  });

  test('BatchNormalization', async () => {
    const graph = parseGraph(`
      const x: f32[2,3,2] = 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3
      const s: f32[3] = 0.5, 1, 2
      const b: f32[3] = 0.1, 0, -1
      const m: f32[3] = 1, 2, 3
      const v: f32[3] = 0.3, 1, 4
      y: f32[2,3,2] = BatchNormalization(x, s, b, m, v) epsilon=0.001
      return y`);
    expect(relativeError((await evaluate(graph)).get('y'), (await folded(graph)).get('y'))).toBeLessThan(3e-7);
  });
});

test('sums in float64 are rounded once', async () => {
  const graph = parseGraph(`
    const a: f32[1,3] = 1, 100000000, -100000000
    const b: f32[3,1] = 1, 1, 1
    y: f32[1,1] = MatMul(a, b)
    return y`);
  expect((await folded(graph)).get('y')?.data).toEqual(Float32Array.of(1));
});

test('integers wrap, and are divided towards zero', async () => {
  const graph = parseGraph(`
    const a: i32[2] = 2147483647, -7
    const b: i32[2] = 2147483647, 2
    p: i32[2] = Mul(a, b)
    s: i32[2] = Add(a, b)
    q: i32[2] = Div(a, b)
    return p, s, q`);
  const constants = await folded(graph);
  expect(['p', 's', 'q'].map((name) => [...(constants.get(name)?.data ?? [])])).toEqual([
    [1, -14],
    [-2, -5],
    [1, -3],
  ]);
});

test('a clamp fused into it is kept', async () => {
  const graph = parseGraph(`
    const a: f32[3] = 1, 2, -3
    y: f32[3] = Add(a, a) clip=[0,3]
    return y`);
  expect((await folded(graph)).get('y')?.data).toEqual(Float32Array.of(2, 3, 0));
});

test('arithmetic and what onnxruntime computes, in turns: it is asked for no more than it must', async () => {
  const graph = parseGraph(`
    input x: f32[2]
    const a: f32[2] = 1, 2
    b: f32[2] = Exp(a)
    c: f32[2] = Mul(b, a)
    t: bf16[2] = Cast(c) to=16
    u: f32[2] = Cast(t) to=1
    e: f32[2] = Add(u, c)
    f: f32[2] = Tanh(e)
    y: f32[2] = Add(x, f)
    return y`);
  const asked: string[][] = [];
  const { graph: result } = await runPass(foldConstants, graph, {
    evaluate: (part, feeds) => {
      asked.push(part.nodes.map(({ op }) => op));
      return evaluate(part, feeds);
    },
  });
  expect(asked).toEqual([['Exp'], ['Cast', 'Cast'], ['Tanh']]);
  expect(result.nodes.map(({ op }) => op)).toEqual(['Add']);
});

test('chains that alternate without end are left to onnxruntime, and give the same numbers', async () => {
  const steps = Array.from(
    { length: 200 },
    (_, i) => `v${i + 1}: f32[1] = ${i % 2 ? 'Tanh' : 'Add'}(v${i}${i % 2 ? '' : ', v0'})`,
  );
  const graph = parseGraph(`const v0: f32[1] = 0.5\n${steps.join('\n')}\nreturn v200`);
  let runs = 0;
  const { graph: result } = await runPass(foldConstants, graph, {
    evaluate: (part, feeds) => {
      runs++;
      return evaluate(part, feeds);
    },
  });
  expect(runs).toBe(65);
  expect(relativeError((await evaluate(graph)).get('v200'), result.constants.get('v200'))).toBeLessThan(1e-6);
});

test('what it computes is counted before it is made', async () => {
  const graph = parseGraph(`
    const a: f32[1000,1] = ${Array(1000).fill(1).join(', ')}
    const b: f32[1,1000] = ${Array(1000).fill(1).join(', ')}
    const zero: i64[2] = 0, 0
    const one: i64[2] = 1, 1
    w: f32[1000,1000] = Add(a, b)
    y: f32[1,1] = Slice(w, zero, one)
    return y`);
  const memory = new MemoryBudget(2 ** 20);
  await expect(runPass(foldConstants, graph, { evaluate, memory })).rejects.toThrow(UserError);
});

/** y = op(a, b), or op(a), of random constants. */
function binary(op: string, dtype: DType, a: Shape, b: Shape | null, shape: Shape): Graph {
  const draw = (of: Shape, seed: number) => {
    const data = Array.from(random('u8', of, seed).data as Uint8Array, (x) => (x % 100) + 1);
    if (dtype === 'f16')
      return tensorOf(
        'f16',
        of,
        data.map((x) => 0x3800 + x),
      );
    return tensorOf(dtype, of, dtype.startsWith('f') ? data.map((x) => Math.fround(x / 7)) : data);
  };
  const constants = new Map([['a', draw(a, 1)], ...(b ? [['b', draw(b, 2)] as const] : [])]);
  const types = new Map(
    [...constants].map(([name, tensor]) => [name, { dtype, shape: tensor.shape, quant: null }] as const),
  );
  const inputs = [...constants.keys()];
  const node = { op, domain: '', name: 'y', inputs, outputs: ['y'], attributes: {}, clip: null };
  const all = new Map([...types, ['y', { dtype, shape, quant: null }] as const]);
  return prune({ name: 'g', inputs: [], outputs: ['y'], nodes: [node], types: all, constants });
}
