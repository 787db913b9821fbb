import { describe, expect, test } from 'vitest';
import { parseGraph } from '../../src/ir/text.ts';
import { chooseSegments, passingRows, planRows, rowOverlap } from '../../src/schedule/index.ts';

const weights = (name: string, ...shape: number[]) =>
  `const ${name}: f32[${shape}] = ${new Array(shape.reduce((a, b) => a * b)).fill(1)}`;

/** A residual block with a shortcut of its own: 3x3, 3x3 at stride 2, 1x1 at stride 2, their sum. */
const BLOCK = parseGraph(`graph block
input x: f32[1,1,8,4]
${weights('a', 2, 1, 3, 3)}
${weights('b', 2, 2, 3, 3)}
${weights('s', 2, 1, 1, 1)}
one: f32[1,2,8,4] = Conv(x, a) kernel_shape=[3,3] pads=[1,1,1,1]
two: f32[1,2,4,2] = Conv(one, b) kernel_shape=[3,3] pads=[0,0,1,1] strides=[2,2]
short: f32[1,2,4,2] = Conv(x, s) kernel_shape=[1,1] strides=[2,2]
sum: f32[1,2,4,2] = Add(two, short)
return sum`);

describe('a plan of rows', () => {
  const plan = planRows(BLOCK, BLOCK.nodes)!;
  const stepOf = (name: string) => plan.steps.find(({ node }) => node.outputs[0] === name)!;

  test('a row is made as soon as the rows that it needs are there; a shortcut waits, so that its ring has one row', () => {
    expect(plan.inputs).toEqual(['x']);
    expect(plan.steps.map(({ node, from, every, rows }) => [node.outputs[0], from, every, rows])).toEqual([
      ['one', 0, 1, 8],
      ['two', 2, 2, 4],
      ['short', 1, 2, 4],
      ['sum', 2, 2, 4],
    ]);
    expect(plan.ticks).toBe(9);
  });

  test('a ring has the rows that the next window needs, and moves up for rows that are padding', () => {
    expect(stepOf('one').ring).toEqual({ value: 'one', rows: 3, moves: 9 });
    expect(stepOf('two').reads[0]).toMatchObject({ value: 'one', slot: 0, pad: 0, stride: 2 });
  });

  test('a sum is made over the newest of its operands, where its own row goes', () => {
    const [two, short] = [stepOf('two'), stepOf('short')];
    expect([two.ring, two.moves, short.ring]).toEqual([null, true, { value: 'short', rows: 1, moves: 4 }]);
    expect(stepOf('sum').reads.map(({ value, home }) => [value, home])).toEqual([
      ['two', 'sum'],
      ['short', 'short'],
    ]);
    expect(stepOf('sum').moves).toBe(false);
    const apart = planRows(BLOCK, BLOCK.nodes, { inPlace: false })!;
    expect(apart.steps[1].ring).toEqual({ value: 'two', rows: 1, moves: 4 });
  });

  test('the result may lie over rows of the input that nobody needs any more', () => {
    // When row r is written, rows of x from 2 r + 2 on are needed: 16 bytes each, as many as a row of the result has.
    expect(rowOverlap(BLOCK, plan, 'x')).toBe(-16);
  });

  test('an input that comes by rows has a ring like any other', () => {
    const fed = planRows(BLOCK, BLOCK.nodes, { fed: 'x' })!;
    expect(fed.inputs).toEqual([]);
    expect(fed.fed).toEqual({
      value: 'x',
      from: 0,
      every: 1,
      rows: 8,
      ring: { value: 'x', rows: 3, moves: 9 },
      moves: true,
    });
    expect(fed.steps.map(({ node, from }) => [node.outputs[0], from])).toEqual([
      ['one', 1],
      ['two', 3],
      ['short', 2],
      ['sum', 3],
    ]);
  });

  test('a pool of all rows gathers them, and ends a plan', () => {
    const pooled = parseGraph(`graph pooled
input x: f32[1,1,4,4]
a: f32[1,1,4,4] = Relu(x)
b: f32[1,1,1,1] = AveragePool(a) kernel_shape=[4,4]
c: f32[1,1,1,1] = Relu(b)
return c`);
    const { steps, ticks } = planRows(pooled, pooled.nodes.slice(0, 2))!;
    expect(steps.map(({ from, rows, gathers, ring }) => [from, rows, gathers, ring?.rows])).toEqual([
      [0, 4, false, 1],
      [0, 4, true, undefined],
    ]);
    expect(ticks).toBe(4);
    expect(planRows(pooled, pooled.nodes)).toBeNull();
  });

  test('layers over all rows at once, and results that others read, end a plan', () => {
    const mean = parseGraph(`graph mean
input x: f32[1,1,4,4]
a: f32[1,1,4,4] = Relu(x)
b: f32[1,1,4,4] = AveragePool(a) kernel_shape=[3,3] pads=[1,1,1,1]
return b`);
    expect(planRows(mean, mean.nodes), 'how many cells a mean has depends on the row').toBeNull();
  });
});

describe('memory of one tick', () => {
  test('rows that are read in the tick in which they come share it with each other and with temporary memory', () => {
    const chain = parseGraph(`graph passing
input x: f32[1,1,8,4]
${weights('w', 1, 1, 1, 1)}
a: f32[1,1,8,4] = Conv(x, w) kernel_shape=[1,1]
b: f32[1,1,8,4] = Conv(a, w) kernel_shape=[1,1]
c: f32[1,1,8,4] = Conv(b, w) kernel_shape=[1,1]
d: f32[1,1,8,4] = Conv(c, w) kernel_shape=[1,1]
return d`);
    const passing = passingRows(chain, planRows(chain, chain.nodes)!, [0, 0, 0, 24]);
    expect([...passing.rows]).toEqual([
      ['a', 0],
      ['b', 16],
      ['c', 0],
    ]);
    expect([passing.scratch[3], passing.bytes]).toEqual([16, 40]);
  });

  test('a row that is read later does not', () => {
    const plan = planRows(BLOCK, BLOCK.nodes, { inPlace: false })!;
    expect([...passingRows(BLOCK, plan, []).rows.keys()]).toEqual(['two']);
  });
});

describe('segments', () => {
  const chain = parseGraph(`graph chain
input x: f32[1,1,16,4]
${weights('a', 8, 1, 3, 3)}
${weights('b', 8, 8, 3, 3)}
${weights('c', 1, 8, 3, 3)}
one: f32[1,8,16,4] = Conv(x, a) kernel_shape=[3,3] pads=[1,1,1,1] @one
two: f32[1,8,16,4] = Conv(one, b) kernel_shape=[3,3] pads=[1,1,1,1] @two
three: f32[1,1,16,4] = Conv(two, c) kernel_shape=[3,3] pads=[1,1,1,1] @three
return three`);
  const needs = { scratch: () => 0, overlap: () => null };
  const names = (options: Parameters<typeof chooseSegments>[2] = {}) =>
    chooseSegments(chain, needs, options).map((segment) => segment.map(({ name }) => name));

  test('as many layers as bring the peak down', () => {
    expect(names()).toEqual([['one', 'two', 'three']]);
  });

  test('the fewest layers within a limit', () => {
    // Two of the three tensors of 2,048 bytes are never there as a whole.
    expect(names({ limit: 4096 })).toEqual([]);
    expect(names({ limit: 3000 })).toEqual([['one', 'two']]);
  });

  test('what reads an input that comes by rows goes by rows, also alone', () => {
    expect(names({ limit: 4096, fed: 'x' })).toEqual([['one']]);
    expect(names({ limit: 4096, fed: 'x', apart: new Set(['one', 'two', 'three']) })).toEqual([['one']]);
  });

  test('layers that are told apart stay so', () => {
    expect(names({ apart: new Set(['two']) })).toEqual([]);
  });
});
