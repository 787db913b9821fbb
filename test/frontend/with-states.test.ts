import { expect, test } from 'vitest';
import { withStates } from '../../src/frontend/with-states.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { UserError } from '../../src/support/errors.ts';
import { recurrentGraph } from '../passes/quantize/recurrent-graphs.ts';

const STREAM = parseGraph(`
  input x: f32[1,4]
  input past: f32[1,4]
  input other: f32[2]
  y: f32[1,4] = Add(x, past)
  z: f32[2] = Neg(other)
  return y, z
`);

test('recurrent layers have states by themselves, through views', () => {
  const lstm = recurrentGraph({ op: 'LSTM', first: true, outputs: [true, true, true] });
  expect(withStates(lstm).states).toEqual([
    { input: 'h0', output: 'last' },
    { input: 'c0', output: 'cell' },
  ]);
  const views = parseGraph(`
    input x: f32[2,1,3]
    input h: f32[1,1,1,4]
    const shape: i64[3] = 1, 1, 4
    const back: i64[4] = 1, 1, 1, 4
    const w: f32[1,4,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    const r: f32[1,4,4] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    first: f32[1,1,4] = Reshape(h, shape)
    _, n: f32[1,1,4] = RNN(x, w, r, _, _, first) hidden_size=4
    y: f32[1,1,1,4] = Reshape(n, back)
    return y
  `);
  expect(withStates(views).states).toEqual([{ input: 'h', output: 'y' }]);
});

test('a first state that something else reads, or a last one that is no output, is none', () => {
  expect(withStates(recurrentGraph({ op: 'GRU', first: true, outputs: [true] })).states).toBeUndefined();
  expect(withStates(recurrentGraph({ op: 'GRU', first: true, outputs: [true, true] }), 'none').states).toBeUndefined();
});

test('named states are in the text form, and have one scale', () => {
  const graph = withStates(STREAM, new Map([['past', 'y']]));
  expect(graph.ties).toEqual([['past', 'y']]);
  expect(parseGraph(printGraph(graph))).toEqual(graph);
});

test.each([
  ['pasd', 'y', "did you mean 'past'?"],
  ['past', 'q', "did you mean 'y'?"],
  ['past', 'z', 'name an output of the type and shape of the input'],
])('%s=%s is refused with the next step', (input, output, hint) => {
  const refusal = () => withStates(STREAM, new Map([[input, output]]));
  expect(refusal).toThrow(UserError);
  try {
    refusal();
  } catch (error) {
    expect((error as UserError).problem).toMatchObject({
      code: 'BAD_ARGUMENT',
      hint: expect.stringContaining(hint.slice(0, 12)),
    });
  }
});
