import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { judgeModels } from '../fuzz/run-models.ts';
import { f32, i64, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { runBatch } from '../helpers/run-batch.ts';
import { describeWith, inFolder } from '../verify/native.ts';

interface Sized {
  readonly name: string;
  readonly inputs: Readonly<Record<string, readonly [DType, Shape]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly (readonly [string, Record<string, Attribute>?])[];
  readonly outputs: readonly string[];
  /** Integers of inputs, below this. */
  readonly below?: number;
  readonly feeds?: Readonly<Record<string, Tensor>>;
}

const SAMPLES = 3;
const [zero, one] = [i64(0), i64(1)];
const scalar = (value: number): Tensor => tensorOf('i64', [], [value]);
const settings = { most: i64(4), overlap: f32(0.3), least: f32(0.1), zero, one, two: i64(2), flat: i64(-1) };
const places: Sized['nodes'] = [['high = Greater(s, least)'], ['found = NonZero(high)'], ['at = Reshape(found, flat)']];

const MODELS: readonly Sized[] = [
  {
    name: 'head of a single-shot detector: boxes, classes and scores of what is left',
    inputs: { b: ['f32', [1, 30, 4]], s: ['f32', [1, 3, 30]] },
    constants: { ...settings, last: i64(0, 2), three: i64(3), far: i64(9) },
    nodes: [
      ['selected = NonMaxSuppression(b, s, most, overlap, least)'],
      ['box = Slice(selected, two, far, one)'],
      ['class = Slice(selected, one, two, one)'],
      ['list = Squeeze(box, one)'],
      ['ofBatch = Squeeze(b, zero)'],
      ['boxes = Gather(ofBatch, list)', { axis: 0 }],
      ['scores = GatherND(s, selected)'],
      ['classes = Cast(class)', { to: 1 }],
    ],
    outputs: ['boxes', 'classes', 'scores'],
  },
  {
    name: 'boxes of equal scores, given by centre and size',
    inputs: { b: ['f32', [2, 24, 4]], s: ['f32', [2, 2, 24]] },
    constants: { ...settings, four: f32(3) },
    nodes: [
      ['size = Abs(b)'],
      ['larger = Mul(s, four)'],
      ['steps = Round(larger)'],
      ['y = NonMaxSuppression(size, steps, most, overlap)', { center_point_box: 1 }],
    ],
    outputs: ['y'],
  },
  {
    name: 'boxes above a score, each class apart by an offset, the best ten of what is left',
    inputs: { b: ['f32', [40, 4]], s: ['f32', [40]], c: ['i64', [40]] },
    below: 3,
    constants: { ...settings, ten: i64(10), nought: scalar(0), noClass: i64(0, 1) },
    nodes: [
      ...places,
      ['boxes = Gather(b, at)', { axis: 0 }],
      ['scores = Gather(s, at)', { axis: 0 }],
      ['classes = Gather(c, at)', { axis: 0 }],
      ['widest = ReduceMax(boxes)', { keepdims: 0 }],
      ['real = Cast(classes)', { to: 1 }],
      ['offset = Mul(real, widest)'],
      ['column = Unsqueeze(offset, one)'],
      ['moved = Add(boxes, column)'],
      ['batch = Unsqueeze(moved, zero)'],
      ['rows = Unsqueeze(scores, noClass)'],
      ['selected = NonMaxSuppression(batch, rows, most, overlap)'],
      ['keep2 = Gather(selected, two)', { axis: 1 }],
      ['keep = Squeeze(keep2, one)'],
      ['left = Gather(scores, keep)'],
      ['shape = Shape(left)'],
      ['count = Gather(shape, zero)'],
      ['k = Min(count, ten)'],
      ['best, order = TopK(left, k)'],
      ['all = Gather(boxes, keep)', { axis: 0 }],
      ['result = Gather(all, order)', { axis: 0 }],
    ],
    outputs: ['result', 'best', 'left'],
  },
  {
    name: 'results filled up to a fixed number',
    inputs: { s: ['f32', [30]] },
    constants: { ...settings, whole: i64(50), none: i64(0), fill: f32(-1) },
    nodes: [
      ...places,
      ['v = Gather(s, at)'],
      ['shape = Shape(v)'],
      ['missing = Sub(whole, shape)'],
      ['pads = Concat(none, missing)', { axis: 0 }],
      ['y = Pad(v, pads, fill)'],
    ],
    outputs: ['y'],
  },
  {
    name: 'two lists behind each other, and a constant between them',
    inputs: { s: ['f32', [9]], t: ['f32', [7]] },
    constants: { ...settings, middle: tensorOf('f32', [2], [7, 8]) },
    nodes: [
      ...places,
      ['u = Gather(s, at)'],
      ['low = Less(t, least)'],
      ['v = Compress(t, low)', { axis: 0 }],
      ['y = Concat(u, middle, v)', { axis: 0 }],
      ['z = Relu(y)'],
    ],
    outputs: ['z', 'v'],
  },
  {
    name: 'Compress along an axis, and of all elements',
    inputs: { x: ['f32', [3, 5]], s: ['f32', [5]] },
    constants: { ...settings },
    nodes: [
      ['high = Greater(s, least)'],
      ['y = Compress(x, high)', { axis: 1 }],
      ['z = Compress(x, high)'],
      ['t = Transpose(y)', { perm: [1, 0] }],
    ],
    outputs: ['y', 'z', 't'],
  },
  ...['i64', 'i8', 'f32'].flatMap((dtype): Sized[] =>
    [1, 0].map((sorted) => ({
      name: `Unique of ${dtype}, ${sorted ? 'sorted' : 'as they come'}`,
      inputs: { x: [dtype as DType, [2, 9]] as const },
      below: 5,
      nodes: [['y, first, all, counts = Unique(x)', { sorted }]],
      outputs: ['y', 'first', 'all', 'counts'],
    })),
  ),
  ...[0, 1, 2].map(
    (axis): Sized => ({
      name: `Unique slices along axis ${axis}`,
      inputs: { x: ['i8', [4, 2, 3]] },
      below: 2,
      nodes: [['y, first, all, counts = Unique(x)', { axis }]],
      outputs: ['y', 'all', 'counts'],
    }),
  ),
  {
    name: 'the number of the best is an input',
    inputs: { x: ['f32', [3, 8]], k: ['i64', [1]] },
    below: 9,
    nodes: [['v, i = TopK(x, k)', { axis: 1 }]],
    outputs: ['v', 'i'],
  },
  {
    name: 'the end of a Slice is an input',
    inputs: { x: ['f32', [8, 2]], n: ['i64', [1]] },
    below: 12,
    constants: settings,
    nodes: [['y = Slice(x, one, n, zero)'], ['z = Sigmoid(y)']],
    outputs: ['z'],
  },
  {
    name: 'sums, extremes, means and softmax over what there is',
    inputs: { s: ['f32', [30]], w: ['f32', [30, 3]] },
    constants: { ...settings },
    nodes: [
      ...places,
      ['v = Gather(s, at)'],
      ['m = Gather(w, at)', { axis: 0 }],
      ['sum = ReduceSum(m, zero)', { keepdims: 0 }],
      ['mean = ReduceMean(m, zero)'],
      ['least2 = ReduceMin(m)', { keepdims: 0 }],
      ['soft = Softmax(v)', { axis: 0 }],
      ['row = Unsqueeze(soft, zero)'],
      ['attended = MatMul(row, m)'],
      ['which = ArgMax(m)', { axis: 0 }],
      ['ofRows = Softmax(m)', { axis: 1 }],
      ['three = Slice(v, two, far, zero)'],
    ],
    outputs: ['sum', 'mean', 'least2', 'soft', 'attended', 'which', 'ofRows', 'three'],
  },
  {
    name: 'extremes, sums and means of float16 and of unsigned integers, filled up to a fixed number',
    inputs: { s: ['f32', [30]], h: ['f16', [30, 2]], u: ['u8', [30]], n: ['i64', [30]] },
    below: 9,
    constants: { ...settings, whole: i64(40), none: i64(0), fill: tensorOf('f16', [], [0x4200]), row: i64(0, 0) },
    nodes: [
      ...places,
      ['m = Gather(h, at)', { axis: 0 }],
      ['sum = ReduceSum(m, zero)', { keepdims: 0 }],
      ['mean = ReduceMean(m, zero)', { keepdims: 0 }],
      ['low = ReduceMin(m)', { keepdims: 0 }],
      ['high2 = ReduceMax(m)', { keepdims: 0 }],
      ['v = Gather(u, at)'],
      ['lowest = ReduceMin(v)'],
      ['w = Gather(n, at)'],
      ['leastWhole = ReduceMin(w)'],
      ['mostWhole = ReduceMax(w)'],
      ['column = Slice(m, zero, one, one)'],
      ['list = Reshape(column, flat)'],
      ['shape = Shape(list)'],
      ['missing = Sub(whole, shape)'],
      ['pads = Concat(none, missing)', { axis: 0 }],
      ['filled = Pad(list, pads, fill)'],
    ],
    outputs: ['sum', 'mean', 'low', 'high2', 'lowest', 'leastWhole', 'mostWhole', 'filled'],
  },
  {
    name: 'shapes of what there is: Expand, ConstantOfShape, Range, Reshape',
    inputs: { s: ['f32', [20]], w: ['f32', [1, 3]] },
    constants: { ...settings, nought: scalar(0), single: scalar(1), columns: i64(3) },
    nodes: [
      ...places,
      ['v = Gather(s, at)'],
      ['shape = Shape(v)'],
      ['wide = Concat(shape, columns)', { axis: 0 }],
      ['rows = Expand(w, wide)'],
      ['ones = ConstantOfShape(shape)', { value: tensorOf('f32', [1], [2]) }],
      ['twice = Mul(v, ones)'],
      ['count = Gather(shape, nought)'],
      ['numbers = Range(nought, count, single)'],
      ['matrix = Reshape(rows, wide)'],
      ['columns2 = Unsqueeze(twice, one)'],
      ['y = Mul(matrix, columns2)'],
    ],
    outputs: ['y', 'twice', 'numbers'],
  },
];

await describeWith(
  'results that are as long as the data make them',
  () => hostGcc().available(),
  () => {
    test('are those of onnxruntime, as many as there are', async () => {
      const models = MODELS.flatMap((model, m) =>
        Array.from({ length: SAMPLES }, (_, i) => {
          const { inputs, constants = {}, nodes, outputs, below = 2 } = model;
          const feeds = Object.entries(inputs).map(([name, [dtype, shape]], k) => {
            const range = dtype === 'f32' ? null : { min: dtype === 'i8' ? 0 : 1, max: below };
            return [name, random(dtype, shape, 100 * i + k + 1, range)] as const;
          });
          return {
            ...{ inputs, outputs, opset: 18, op: model.name, chain: [], exact: false, index: m * SAMPLES + i },
            nodes: nodes.map(([text, attributes]) => node(text, attributes)),
            constants: { far: i64(7), ...constants },
            feeds: new Map(feeds),
          };
        }),
      );
      const outcomes = await inFolder((folder) => judgeModels(models, folder));
      const wrong = outcomes.filter(({ verdict }) => verdict !== 'agree');
      expect(wrong.map(({ model, verdict, reason }) => `${model.op}: ${verdict}: ${reason}`)).toEqual([]);
    }, 300_000);

    test('a run that has more results than fit, or is asked for more than there are, returns a code', async () => {
      const model = onnxFile({
        inputs: { x: ['f32', [8]], k: ['i64', [1]] },
        constants: {},
        nodes: [node('v, i = TopK(x, k)'), node('n = NonZero(x)')],
        outputs: ['v', 'n'],
      });
      const capacities = new Map(Object.entries({ v: 4, n: 8 }));
      const { program, files } = await compileModel({ model, name: 'm', target: await loadTarget('host'), capacities });
      const feeds = (k: number) =>
        new Map([
          ['x', tensorOf('f32', [8], [3, 0, 1, 0, 2, 0, 0, 5])],
          ['k', i64(k)],
        ]);
      const wanted = (v: number[]) =>
        new Map([
          ['v', tensorOf('f32', [v.length], v)],
          ['n', tensorOf('i64', [1, 4], [0, 2, 4, 7])],
        ]);
      const run = async (k: number, v: number[] = []) => {
        const one = { name: 'm', program, files, feeds: feeds(k), wanted: wanted(v) };
        return (await inFolder((folder) => runBatch(folder, [one], { sanitize: true }))).get('m');
      };
      expect(await run(3, [5, 3, 2])).toBeNull();
      expect(await run(0)).toBeNull();
      for (const k of [-1, 5, 9]) expect(await run(k)).toMatch(/^the program failed/);
      expect([...files.get('m.h')!.matchAll(/M_\w+ = -?\d/g)].map(String)).toEqual([
        ...['M_OK = 0', 'M_OVERFLOW = -1', 'M_BAD_COUNT = -2', 'M_BAD_BLOB = -3'],
      ]);
    });
  },
);

test.each([
  ['y = Range(zero, n, one)', 'say how many of its results fit: --capacity y=100, or --constant n=VALUE'],
  ['y = Reshape(x, n)', 'C for microcontrollers needs fixed shapes: try --constant n=VALUE'],
])('%s, whose length is an input', async (text, hint) => {
  const model = onnxFile({
    inputs: { x: ['f32', [6]], n: ['i64', /Range/.test(text) ? [] : [1]] },
    constants: { zero: scalar(0), one: scalar(1) },
    nodes: [node(text)],
    outputs: ['y'],
  });
  await expect(importOnnx(model)).rejects.toMatchObject({ problem: { code: 'UNSUPPORTED', hint } });
});

test.each([
  ['z = Add(a, b)', 'it joins results of two different numbers'],
  ['z = CumSum(a, axis)', 'it works along axis 1'],
  ['z = Resize(r, _, _, twice)', 'Resize works on inputs as long as the data make it'],
])('%s of results whose number depends on the data', async (text, because) => {
  const model = onnxFile({
    inputs: { x: ['f32', [6]], y: ['f32', [6]] },
    constants: { axis: tensorOf('i64', [], [1]), twice: i64(2, 12) },
    nodes: [
      node('a = NonZero(x)'),
      node('b = NonZero(y)'),
      node('r = Cast(a)', { to: 1 }),
      node(text, /CumSum/.test(text) ? { reverse: 1 } : {}),
    ],
    outputs: ['z'],
  });
  await expect(importOnnx(model)).rejects.toMatchObject({ problem: { code: 'UNSUPPORTED', because: [because] } });
});

test('a capacity of nothing that has one', async () => {
  const model = onnxFile({
    inputs: { x: ['f32', [6]] },
    constants: {},
    nodes: [node('y = NonZero(x)')],
    outputs: ['y'],
  });
  const capacities = new Map([['x', 3]]);
  await expect(importOnnx(model, { capacities })).rejects.toMatchObject({ problem: { code: 'BAD_ARGUMENT' } });
});
