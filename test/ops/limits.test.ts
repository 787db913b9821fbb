import { expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { DType, Node, Tensor } from '../../src/ir/types.ts';
import { f32, i64, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { modelDifferences, runGraph } from './support/cases.ts';

interface Try {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly Omit<Node, 'clip'>[];
  readonly outputs: readonly string[];
}

/** Where the C differs from onnxruntime: integers must be equal. */
function wrong({ inputs, constants = {}, nodes, outputs }: Try, tolerance = 0): Promise<string[]> {
  const types = Object.entries(inputs).map(([name, { dtype, shape }]) => [name, [dtype, shape] as const] as const);
  const spec = { inputs: Object.fromEntries(types), outputs, constants, nodes, opset: 25 };
  return modelDifferences(onnxFile(spec), new Map(Object.entries(inputs)), tolerance);
}

test('casts to unsigned, 4-bit and 2-bit integers round and wrap as onnxruntime does', async () => {
  const reals = [3.5, 7.4, 7.6, 8, -8.6, 2.5, -2.5, -0.5, 0.4, 20.3, -17.5, 100, 300.7, -129.5];
  const codes: [DType, number][] = [
    ['u32', 12],
    ['u64', 13],
    ['u4', 21],
    ['i4', 22],
    ['u2', 25],
    ['i2', 26],
  ];
  const from: [string, Tensor][] = [
    ['x', f32(...reals)],
    ['d', tensorOf('f64', [reals.length], reals)],
    ['n', tensorOf('i32', [6], [0, 7, 8, -9, 17, -17])],
  ];
  const casts = from.flatMap(([name]) =>
    codes.flatMap(([to, code]) => {
      const small = node(`${name}_${to} = Cast(${name})`, { to: code });
      return to.length < 3 ? [small, node(`${name}_${to}_wide = Cast(${name}_${to})`, { to: 6 })] : [small];
    }),
  );
  const half = [
    node('h = Cast(x)', { to: 10 }),
    node('h_i4 = Cast(h)', { to: 22 }),
    node('h_i4_wide = Cast(h_i4)', { to: 6 }),
  ];
  const nodes = [...casts, ...half];
  const outputs = nodes.map(({ name }) => name).filter((name) => /wide$|_u32$|_u64$/.test(name));
  expect(await wrong({ inputs: Object.fromEntries(from), nodes, outputs })).toEqual([]);
});

test('powers of integers: exact, and the smallest number where they do not fit', async () => {
  const bases = [2, 3, -3, 0, 1, -1, 11, 2000, 65536, -46341];
  const exponents: [string, Tensor][] = [2, 3, 4, -1, -2, 0, 0.5].map((e, i) => [`e${i}`, f32(e)]);
  exponents.push(['e7', tensorOf('i32', [], [3])], ['e8', tensorOf('i32', [], [5])], ['e9', tensorOf('i64', [], [-1])]);
  const wide = {
    dtype: 'i64' as const,
    shape: [5],
    data: BigInt64Array.of(3n, -3n, 3037000500n, 4294967296n, 3000001n),
  };
  const each = (name: string) => exponents.map(([e]) => node(`${name}_${e} = Pow(${name}, ${e})`));
  const nodes = [...each('x'), ...each('w'), node('w_big = Pow(w, big)'), node('v = Pow(x, p)'), node('u = Pow(x, q)')];
  const powers = [31, 20, 19, -1, 50, -3, 8, 2, 1, 2];
  const inputs = {
    x: tensorOf('i32', [10], bases),
    w: wide,
    p: tensorOf('f32', [10], powers),
    q: tensorOf('i32', [10], powers),
  };
  const constants = { ...Object.fromEntries(exponents), big: tensorOf('i32', [], [39]) };
  expect(await wrong({ inputs, constants, nodes, outputs: nodes.map(({ name }) => name) })).toEqual([]);
});

test('Pad cuts with negative pads before it repeats or mirrors', async () => {
  const pads = [
    [-1, 2],
    [2, -1],
    [-2, 3],
    [3, -2],
    [-1, -2],
  ];
  const nodes = ['wrap', 'edge', 'reflect'].flatMap((mode) =>
    pads.map((_, i) => node(`${mode}${i} = Pad(x, p${i})`, { mode })),
  );
  const constants = Object.fromEntries(
    pads.map(([begin, end], i) => [`p${i}`, i64(...(i % 2 === 0 ? [0, begin!, 0, end!] : [begin!, 0, end!, 0]))]),
  );
  const outputs = nodes.map(({ name }) => name);
  expect(await wrong({ inputs: { x: random('f32', [6, 7]) }, constants, nodes, outputs })).toEqual([]);
});

test('a circular cache goes round as often as its counter says', async () => {
  const nodes = [node('y = TensorScatter(past, update, at)', { mode: 'circular' })];
  const inputs = { past: random('f32', [3, 2, 4, 2], 1), update: random('f32', [3, 2, 3, 2], 2), at: i64(3, 6, 4097) };
  expect(await wrong({ inputs, nodes, outputs: ['y'] })).toEqual([]);
});

/** By definition, in double precision: onnxruntime 1.30 gives zeros. */
test('RMSNormalization of numbers whose squares no float32 holds', () => {
  const rows = [
    [1e19, 2e19, 3e19],
    [-2e19, 0, 3e38],
    [1, 2, -3],
  ];
  const text = `
    input x: f32[3,3]
    const one: f32[3] = 1, 1, 1
    y: f32[3,3] = RMSNormalization(x, one) epsilon=1e-5
    return y`;
  const results = runGraph(parseGraph(text), new Map([['x', tensorOf('f32', [3, 3], rows.flat())]]));
  const expected = rows.flatMap((row) => {
    const mean = row.reduce((sum, v) => sum + v * v, 0) / row.length;
    return row.map((v) => v / Math.sqrt(mean + 1e-5));
  });
  const actual = results.get('y')!.data as Float32Array;
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 6);
  });
});
