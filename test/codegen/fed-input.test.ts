import { expect, test } from 'vitest';
import { behindViews, fedInput } from '../../src/codegen/fed-input.ts';
import { generate } from '../../src/codegen/generate.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { UserError } from '../../src/support/errors.ts';

/** What the user reads. */
function errorOf(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('nothing was refused');
}

const IMAGE = parseGraph(`graph image
input x: f32[1,6,4,2]
const w: f32[3,2,3,3] = ${new Array(54).fill(1)}
v: f32[1,2,6,4] = Transpose(x) perm=[0,3,1,2]
y: f32[1,3,6,4] = Conv(v, w) kernel_shape=[3,3] pads=[1,1,1,1]
return y`);

test('an input is seen through views, its rows come as they lie in memory', () => {
  const fed = fedInput(IMAGE);
  expect(fed).toMatchObject({ input: 'x', value: 'v' });
  expect(behindViews(IMAGE, fed).nodes.map(({ op }) => op)).toEqual(['Conv']);
  const header = generate(IMAGE, { name: 'm', inputRows: true }).files.get('m.h')!;
  expect(header).toContain('#define M_INPUT_ROWS 6');
  expect(header).toContain('#define M_INPUT_ROW_BYTES 32');
  expect(header).not.toContain('m_run');
});

test('rows that do not lie one behind the other are refused', () => {
  const plain = parseGraph(`graph plain
input x: f32[1,2,6,4]
const w: f32[3,2,3,3] = ${new Array(54).fill(1)}
y: f32[1,3,6,4] = Conv(x, w) kernel_shape=[3,3] pads=[1,1,1,1]
return y`);
  const options = { name: 'm', inputRows: true, ioLayout: 'onnx' } as const;
  expect(errorOf(() => generate(plain, options)).problem).toMatchObject({
    message: "the input 'x' cannot come row by row",
    because: [expect.stringContaining('--io-layout onnx')],
  });
});

test('a model without an image, and one whose first layer needs all rows, are refused', () => {
  const vector = parseGraph('graph vector\ninput x: f32[1,8]\ny: f32[1,8] = Relu(x)\nreturn y');
  expect(errorOf(() => fedInput(vector)).problem.message).toBe('no input can come row by row');
  const pooled = parseGraph('graph pooled\ninput x: f32[1,2,4,4]\ny: f32[1,2,4,4] = Softmax(x) axis=2\nreturn y');
  expect(errorOf(() => generate(pooled, { name: 'm', inputRows: true })).problem).toMatchObject({
    message: "the input 'x' cannot come row by row",
    because: [expect.stringMatching(/^Softmax .* reads it$/)],
  });
});
