import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape } from '../../src/ir/types.ts';
import { UserError } from '../../src/support/errors.ts';
import { f32, node, onnxFile, random } from '../helpers/onnx-file.ts';

type Row = readonly [
  call: string,
  Record<string, Attribute>,
  dtype: DType,
  shape: Shape,
  scales: number[],
  says: RegExp,
];

const image: Shape = [1, 1, 4, 4];
const ROWS: readonly Row[] = [
  ['Resize(x, _, s)', { mode: 'cubic' }, 'i8', image, [1, 1, 2, 2], /cubic interpolation of i8.* of float32 only/],
  ['Resize(x, _, s)', { mode: 'cubic' }, 'u8', image, [1, 1, 2, 2], /cubic interpolation of u8/],
  ['Resize(x, _, s)', { mode: 'cubic' }, 'i32', image, [1, 1, 2, 2], /cubic interpolation of i32/],
  ['Resize(x, _, s)', { mode: 'cubic' }, 'f32', [1, 1, 4, 4, 2], [1, 1, 2, 2, 1], /axes 2, 3 of \[1,1,4,4,2\]/],
  ['Resize(x, _, s)', { mode: 'linear' }, 'f32', [1, 2, 4, 4], [1, 2, 2, 2], /axes 1, 2, 3 of .* linear/],
  ['LRN(x)', { size: 4 }, 'f32', image, [1], /its size is 4; .* odd/],
  ['ms.FusedGemm(x, w)', { activation: 'Mish' }, 'f32', [2, 3], [1], /activation is 'Mish'.*Relu/],
  ['ms.FusedGemm(x, w)', { activation: 'Elu' }, 'f32', [2, 3], [1], /Elu comes without activation_alpha/],
  ['ms.FusedGemm(x, w)', {}, 'f32', [2, 3], [1], /names no activation/],
  ['Gemm(x, i)', {}, 'f32', [2, 3], [1], /its inputs are float and int32/],
  ['Gemm(i, i)', {}, 'f32', [1], [1], /no kernel for a node/],
  ['Conv(j, j)', {}, 'f32', [1], [1], /'j' is int32, which Conv of this operator set does not take/],
];

test.each(ROWS)(
  '%s %j of %s%j by %j: a sentence and a next step',
  async (call, attributes, dtype, shape, scales, says) => {
    const file = onnxFile({
      inputs: { x: [dtype, shape] },
      outputs: ['y'],
      constants: {
        s: f32(...scales),
        w: random('f32', [3, 2]),
        i: tensorOf('i32', [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        j: tensorOf('i32', [1, 1, 1, 1], [1]),
      },
      nodes: [node(`y = ${call}`, attributes)],
      opset: 19,
    });
    const error = await importOnnx(file).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(UserError);
    const { message, where, because = [], hint } = (error as UserError).problem;
    expect([message, ...because].join()).toMatch(says);
    expect([message, ...because].join()).not.toMatch(/was false|Status|ONNXRuntimeError|\.h:/);
    expect(where).toContain("'y'");
    expect(hint).toBeTruthy();
  },
);
