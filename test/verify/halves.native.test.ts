import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { toFloat16Bits } from '../../src/numerics/float16.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { f32, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { describeWith, inFolder } from './native.ts';

const half = (tensor: Tensor): Tensor => ({
  dtype: 'f16',
  shape: tensor.shape,
  data: Uint16Array.from(tensor.data as Float32Array, toFloat16Bits),
});

/** float32 at its borders; what cancels in the middle leaves little of float16. `shift` is taken off again. */
const file = (shift: number, back = shift) =>
  onnxFile({
    inputs: { x: ['f32', [1, 3, 8, 8]] },
    outputs: ['y'],
    constants: {
      w: half(random('f32', [4, 3, 3, 3], 1)),
      v: half(random('f32', [4, 4, 3, 3], 2)),
      s: half(f32(shift)),
      b: half(f32(back)),
    },
    nodes: [
      node('h = Cast(x)', { to: 10 }),
      node('c = Conv(h, w)'),
      node('r = Relu(c)'),
      node('a = Add(r, s)'),
      node('q = Abs(a)'),
      node('d = Sub(q, b)'),
      node('e = Conv(d, v)'),
      node('t = Tanh(e)'),
      node('y = Cast(t)', { to: 1 }),
    ],
  });

await describeWith(
  'files that compute in float16 between float32 borders',
  () => hostGcc().available(),
  () => {
    /** The C of one file beside another. */
    async function judged(bytes: Uint8Array, beside = bytes) {
      const model = await compileModel({ model: bytes, name: 'm', target: await loadTarget('host') });
      const samples = randomDataset(datasetInputs(model.floatGraph), 3, 1);
      const { file: verdict } = await inFolder((directory) =>
        verifyModel({ ...model, file: { bytes: beside } }, samples, { toolchain: hostGcc(), directory }),
      );
      if (!verdict?.run) throw new Error(verdict?.because);
      return { ...verdict, wrong: verdict.wrong?.others.map(({ value }) => value) };
    }

    test('agree layer by layer, though their roundings set the outputs far apart', async () => {
      const { passed, outputs, wrong, layers } = await judged(file(1000));
      expect({ passed, wrong, halves: layers?.halves }).toEqual({ passed: true, wrong: [], halves: true });
      expect(outputs[0]).toMatchObject({ ties: true, agrees: true });
      expect(outputs[0].maxError / outputs[0].range).toBeGreaterThan(1e-3);
    });

    test('a file that does something else in one layer does not, and no other layer is blamed', async () => {
      const { passed, wrong } = await judged(file(1000), file(1000, 980));
      expect({ passed, wrong }).toEqual({ passed: false, wrong: ['d'] });
    });
  },
);
