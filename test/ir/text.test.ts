import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import type { Attribute, Graph, Quant, TensorType } from '../../src/ir/types.ts';
import { UserError } from '../../src/support/errors.ts';

const EXAMPLE = `
graph "two heads"
input x: f32[1,1,2,2]
const w: i8[2,1,1,1]{axis=0, scale=[0.5,0.25], zero=0, format=codebook-4+huffman} = 1, -6
const b: f32[2] = 0.1, -inf
const "odd name": i64[1] = -9223372036854775808
c: f32[1,2,2,2] = Conv(x, w, b) pads=[1,1,1,1] clip=[0,inf]
q: u8[1,2,2,2]{bits=4, scale=0.1f, zero=3}, _ = com.acme.x::Op(c, _, "odd name") mode="a \\" b" @"conv 1"
l: f32[] = LSTM(c) "clip"=3 names=["a","b"] value=f32[2](1, nan)
input: f32[] = Neg(l) @onnx::Neg_1
range x: [-1,0.5]
range range: [0,inf]
tie c, q
tie "odd name", range, tie
size q: 1, "how many"
return q, input`.trim();

test('text to graph to text is the identity', () => {
  expect(printGraph(parseGraph(EXAMPLE))).toBe(EXAMPLE);
});

test('comments and blank lines are skipped', () => {
  const graph = parseGraph('// a graph\n\n  input x: f32[2] // the only value\n return x');
  expect(printGraph(graph)).toBe('input x: f32[2]\nreturn x');
});

test('the fields of a node', () => {
  const [conv, op, lstm] = parseGraph(EXAMPLE).nodes;
  expect(conv).toMatchObject({
    op: 'Conv',
    domain: '',
    name: 'c',
    clip: [0, Infinity],
    attributes: { pads: [1, 1, 1, 1] },
  });
  expect(op).toMatchObject({
    domain: 'com.acme.x',
    name: 'conv 1',
    inputs: ['c', null, 'odd name'],
    outputs: ['q', null],
  });
  expect(lstm).toMatchObject({
    clip: null,
    attributes: { clip: 3, names: ['a', 'b'] },
  });
});

test('long constants print as a hash and need the graph they come from', () => {
  const scale = Array.from({ length: 65 }, (_, i) => i + 0.5);
  const quant: Quant = {
    scheme: 'affine',
    bits: 8,
    scale,
    zeroPoint: scale.map(() => 0),
    axis: 0,
  };
  const type: TensorType = { dtype: 'i8', shape: [65], quant };
  const tensor = tensorOf('i8', [65], scale);
  const graph: Graph = {
    name: '',
    inputs: [],
    outputs: ['w'],
    nodes: [],
    types: new Map([['w', type]]),
    constants: new Map([['w', tensor]]),
  };
  const text = printGraph(graph);
  expect(text).toMatch(/^const w: i8\[65\]\{axis=0, scale=#[0-9a-f]{8}, zero=0\} = #[0-9a-f]{8} \(65 elements\)$/m);
  expect(parseGraph(text, graph)).toEqual(graph);
  expect(() => parseGraph(text)).toThrow(/too long for the text form/);
  const other = {
    constants: new Map([
      [
        'w',
        tensorOf(
          'i8',
          [65],
          scale.map(() => 1),
        ),
      ],
    ]),
    types: graph.types,
  };
  expect(() => parseGraph(text, other)).toThrow(/another hash/);
  expect(parseGraph(printGraph(graph, { maxElements: 65 }))).toEqual(graph);
});

test.each([
  ['x = Relu(y)', "column 3: expected ':', found '='"],
  ['x: f33[1] = Relu(y)', "expected an element type, found 'f33'"],
  ['x: f32[1] = Relu(y', "expected ',' or ')'"],
  ['x: f32[1] = Relu(y) alpha=', 'the line ends too early'],
  ['x: f32[1] = Relu(y) alpha=q', "expected a number, found 'q'"],
  ['x: f32[1] = Relu(y) clip=[1]', 'clip needs two numbers'],
  ['const x: f32[2] = 1', 'has 2 elements, found 1'],
  ['input x: f32[-1]', "expected a dimension, found '-1'"],
  ['input x: f32[1]{scales=1}', 'expected bits, axis, scale, zero or format'],
  ['input x: f32[1] y', "expected the end of the line, found 'y'"],
  ['input x: f32[1]\ninput x: f32[1]', "line 2, column 7: 'x' is already defined"],
  ['range x: [1]', 'expected [min, max]'],
  ['input "x', 'cannot be read from here'],
  ['input "\\q": f32[1]', 'not a JSON string'],
])('%s is refused', (text, message) => {
  expect(() => parseGraph(text)).toThrow(message);
  expect(() => parseGraph(text)).toThrow(UserError);
});

const anyName = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('_', 'input', 'a//b', 'a::b', 'return', '1', '-inf', '__proto__', 'clip'),
);
const number = fc.double({ noNaN: true });
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  number,
  fc.string(),
  fc.array(number),
  fc.array(fc.string(), { minLength: 1 }),
  fc.array(fc.float()).map((values) => tensorOf('f32', [values.length], values)),
  fc
    .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map((values) => tensorOf('i64', [values.length], values)),
);
const quant: fc.Arbitrary<Quant | null> = fc.option(
  fc
    .record({
      scheme: fc.constant('affine' as const),
      bits: fc.integer({ min: 2, max: 8 }),
      scale: fc.array(fc.float(), { minLength: 1, maxLength: 3 }),
      axis: fc.option(fc.nat(3)),
    })
    .chain((q) => fc.option(anyName).map((format) => (format === null ? q : { ...q, format })))
    .chain((q) =>
      fc
        .array(fc.integer(), {
          minLength: q.scale.length,
          maxLength: q.scale.length,
        })
        .map((zeroPoint) => ({ ...q, zeroPoint })),
    ),
);

const anyGraph = fc.uniqueArray(anyName, { minLength: 4, maxLength: 8 }).chain((names) =>
  fc
    .record({
      name: fc.string(),
      quants: fc.tuple(quant, quant),
      values: fc.array(fc.float(), { maxLength: 5 }),
      op: anyName,
      domain: anyName,
      nodeName: anyName,
      attributes: fc.array(fc.tuple(anyName, attribute)).map((entries) => Object.fromEntries(entries)),
      clip: fc.option(fc.tuple(number, number)),
    })
    .map(({ name, quants, values, op, domain, nodeName, attributes, clip }): Graph => {
      const [x, w, y, z] = names;
      return {
        name,
        inputs: [x],
        outputs: names.slice(2),
        nodes: [
          {
            op,
            domain,
            name: nodeName,
            inputs: [x, null, w],
            outputs: [y, null, z],
            attributes,
            clip,
          },
        ],
        types: new Map(
          names.slice(0, 4).map((value, i) => [
            value,
            {
              dtype: 'f32',
              shape: [values.length],
              quant: quants[i] ?? null,
            },
          ]),
        ),
        constants: new Map([[w, tensorOf('f32', [values.length], values)]]),
      };
    }),
);

test('graph to text to graph is the identity, whatever the names', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      expect(parseGraph(printGraph(graph))).toEqual(graph);
    }),
  );
});
