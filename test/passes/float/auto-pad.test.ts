import { expect, test } from 'vitest';
import { autoPad } from '../../../src/passes/float/auto-pad.ts';
import { after } from '../support.ts';

/** The `pads` and other attributes of a layer over f32[1,1,HEIGHT,WIDTH] after the pass, which must compute the same. */
async function padsOf(op: string, size: string, output: string, attributes: string): Promise<string> {
  const weights = op.startsWith('Conv') ? '\nconst w: f32[1,1,3,2] = 1, 2, 3, 4, 5, 6' : '';
  const inputs = op.startsWith('Conv') ? 'x, w' : 'x';
  const text = `input x: f32[1,1,${size}]${weights}\ny: f32[1,1,${output}] = ${op}(${inputs}) ${attributes}\nreturn y`;
  const result = await after(autoPad, text);
  return result.slice(result.indexOf(')', result.indexOf('y:')) + 2, result.indexOf('\nreturn'));
}

test.each([
  ['Conv', '5,6', '5,6', 'auto_pad="SAME_UPPER"', 'pads=[1,0,1,1]'],
  ['Conv', '5,6', '5,6', 'auto_pad="SAME_LOWER"', 'pads=[1,1,1,0]'],
  ['Conv', '5,6', '3,3', 'auto_pad="SAME_UPPER" strides=[2,2]', 'strides=[2,2] pads=[1,0,1,0]'],
  ['Conv', '5,6', '3,5', 'auto_pad="VALID"', 'pads=[0,0,0,0]'],
  ['Conv', '5,6', '5,5', 'auto_pad="NOTSET" pads=[1,0,1,0]', 'pads=[1,0,1,0]'],
  [
    'MaxPool',
    '5,6',
    '3,3',
    'auto_pad="SAME_UPPER" kernel_shape=[2,2] strides=[2,2]',
    'kernel_shape=[2,2] strides=[2,2] pads=[0,0,1,0]',
  ],
  [
    'MaxPool',
    '7,7',
    '3,3',
    'auto_pad="SAME_LOWER" kernel_shape=[1,1] strides=[3,3]',
    'kernel_shape=[1,1] strides=[3,3] pads=[0,0,0,0]',
  ],
  // Of 3 and 4 elements that strides leave out, onnxruntime's convolutions and LpPool leave some out in front.
  ['Conv', '3,10', '1,2', 'auto_pad="SAME_UPPER" strides=[3,5]', 'strides=[3,5] pads=[0,0,0,0]'],
  ['Conv', '3,12', '1,2', 'auto_pad="SAME_LOWER" strides=[3,6]', 'strides=[3,6] pads=[0,0,0,0]'],
  ['Conv', '5,12', '5,2', 'auto_pad="SAME_LOWER" strides=[1,6]', 'strides=[1,6] pads=[1,0,1,0]'],
  [
    'LpPool',
    '7,8',
    '2,2',
    'auto_pad="SAME_UPPER" kernel_shape=[1,2] strides=[4,4]',
    'kernel_shape=[1,2] strides=[4,4] pads=[0,0,0,0]',
  ],
  [
    'LpPool',
    '8,10',
    '2,2',
    'auto_pad="SAME_LOWER" kernel_shape=[1,2] strides=[4,5]',
    'kernel_shape=[1,2] strides=[4,5] pads=[0,0,0,0]',
  ],
  ['AveragePool', '5,6', '5,6', 'auto_pad="SAME_LOWER" kernel_shape=[2,4]', 'kernel_shape=[2,4] pads=[1,2,0,1]'],
  ['ConvTranspose', '4,4', '8,8', 'auto_pad="SAME_UPPER" strides=[2,2]', 'strides=[2,2] pads=[0,0,1,0]'],
  ['ConvTranspose', '4,4', '8,8', 'auto_pad="SAME_LOWER" strides=[2,2]', 'strides=[2,2] pads=[1,0,0,0]'],
  ['ConvTranspose', '4,4', '8,7', 'output_shape=[8,7] strides=[2,2]', 'strides=[2,2] pads=[1,1,0,0]'],
  [
    'ConvTranspose',
    '3,3',
    '9,7',
    'output_shape=[9,7] strides=[3,2]',
    'strides=[3,2] pads=[0,0,0,0] output_padding=[0,1]',
  ],
  ['ConvTranspose', '4,4', '9,8', 'auto_pad="VALID" strides=[2,2]', 'strides=[2,2] pads=[0,0,0,0]'],
])('%s %s to %s with %s', async (op, size, output, attributes, expected) => {
  expect(await padsOf(op, size, output, attributes)).toBe(expected);
});
