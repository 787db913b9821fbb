import { expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { verifyGraph, violations } from '../../src/ir/verify.ts';
import { InvariantError } from '../../src/support/errors.ts';

const SOUND = `
  input x: f32[1,1,2,2]
  const w: i8[2,1,1,1]{bits=4, axis=0, scale=[0.5,0.25], zero=0} = 1, -6
  c: f32[1,2,2,2] = Conv(x, w) clip=[0,inf]
  return c`;

test('a sound graph passes', () => {
  expect(() => verifyGraph(parseGraph(SOUND))).not.toThrow();
});

test('the error names the moment, the entity and every violation', () => {
  const graph = parseGraph('c: f32[2] = Relu(x) clip=[1,0]\nreturn d');
  expect(() => verifyGraph(graph, 'after fold-it')).toThrow(InvariantError);
  expect(() => verifyGraph(graph, 'after fold-it')).toThrow(
    [
      'broken invariants after fold-it:',
      "  c: f32[2] = Relu(x) clip=[1,0]: reads 'x' before it is defined",
      '  c: f32[2] = Relu(x) clip=[1,0]: no output needs it',
      '  c: f32[2] = Relu(x) clip=[1,0]: clip is empty or not a number',
      '  return d: it is not defined',
    ].join('\n'),
  );
});

const x = 'input x: f32[2]\n';
test.each([
  [`${x}a: f32[2] = Relu(b)\nb: f32[2] = Relu(x)\nreturn a`, "reads 'b' before it is defined"],
  [`${x}a: f32[2] = Relu(x)\nb: f32[2] = Relu(x)\nreturn a`, 'no output needs it'],
  [`${x}const w: f32[1] = 1\nreturn x`, 'nothing needs it'],
  [`${x}`, 'there is no output'],
  [`${x}return x, x`, 'returned twice'],
  [`${x}input n: i64[]\nsize x: 0, n\nreturn x, n`, 'size x: axis 0 and count n do not fit'],
  [`${x}input n: i32[]\nsize x: 1, n\nreturn x, n`, 'size x: axis 1 and count n do not fit'],
  [`${x}_ = Relu(x)\nreturn x`, 'it has no output'],
  [`${x}a: f32[2], b: f32[2] = Split(x) clip=[0,1]\nreturn a`, 'clip on a node with several outputs'],
  [`${x}a: i32[2] = Cast(x) clip=[0,1]\nreturn a`, 'clip on integers that are no codes'],
  [`${x}a: f32[2] = ""(x)\nreturn a`, 'it has no operator'],
  ['input x: f32[2]{scale=1, zero=0}\nreturn x', 'f32 cannot hold codes of 32 bits'],
  ['input x: i8[2]{bits=9, scale=1, zero=0}\nreturn x', 'i8 cannot hold codes of 9 bits'],
  ['input x: i8[2]{scale=0, zero=0}\nreturn x', 'a scale is not positive and finite'],
  ['input x: i8[2]{scale=[1,1], zero=0}\nreturn x', 'several scales and no axis'],
  ['input x: i8[2]{axis=0, scale=[1,1,1], zero=0}\nreturn x', '3 scales do not fit axis 0'],
  ['input x: i8[2]{axis=1, scale=[1,1], zero=0}\nreturn x', '2 scales do not fit axis 1'],
  ['input x: i8[2]{axis=0, scale=[1,1], zero=[1,2,3]}\nreturn x', '3 zero points for 2 scales'],
  ['input x: u8[2]{scale=1, zero=-1}\nreturn x', 'a zero point is not a code from 0 to 255'],
  ['const w: i8[2]{bits=4, scale=1, zero=0} = 7, 8\nreturn w', 'a code is outside -8 .. 7'],
])('%s', (text, message) => {
  expect(violations(parseGraph(text))).toEqual([expect.stringContaining(message)]);
});

test('what no text can say', () => {
  const graph = parseGraph('input x: f32[2]\nconst w: f32[2] = 1, 2\ny: f32[2] = Add(x, w)\nreturn y');
  const broken = (change: Partial<Graph>) => violations({ ...graph, ...change });
  const [add] = graph.nodes;
  expect(broken({ types: new Map([...graph.types].slice(0, 2)) })).toEqual([
    expect.stringContaining("'y' has no type"),
  ]);
  expect(broken({ types: new Map([...graph.types, ['z', { dtype: 'f32', shape: [1], quant: null }]]) })).toEqual([
    'type of z: there is no such value',
  ]);
  expect(broken({ nodes: [add, add] })).toEqual([expect.stringContaining("'y' is defined twice")]);
  expect(broken({ constants: new Map([['w', tensorOf('f32', [1], [1])]]) })).toEqual([
    'const w: it is f32[1], its type f32[2]',
  ]);
  expect(broken({ constants: new Map([['w', { dtype: 'f32', shape: [2], data: new Float64Array(3) }]]) })).toEqual([
    'const w: 3 elements for f32[2]',
    'const w: Float64Array cannot hold f32',
  ]);
  const negative = new Map([...graph.types, ['x', { dtype: 'f32' as const, shape: [-1], quant: null }] as const]);
  expect(broken({ types: negative })).toEqual(['x: f32[-1]: a dimension is not a whole number']);
});
