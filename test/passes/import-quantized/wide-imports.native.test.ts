import { expect, test } from 'vitest';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { differences, importQuantized, summary, verifyC } from '../../helpers/quantized-models.ts';
import { quantizeStatically, type StaticOptions } from '../../helpers/static-quantizer.ts';
import { describeWith } from '../../verify/native.ts';

const rng = createRng(3);
const numbers = (count: number) => Array.from({ length: count }, () => Math.fround(rng.normal() / 4)).join(', ');

/** An operator of every kind that files with integers of 16 bits have between their QuantizeLinear and DequantizeLinear. */
const NETWORK = parseGraph(`
  input x: f32[1,3,8,8]
  const v: f32[8,3,3,3] = ${numbers(216)}
  const vb: f32[8] = ${numbers(8)}
  const d: f32[8,1,3,3] = ${numbers(72)}
  const p: f32[8,8,1,1] = ${numbers(64)}
  const w: f32[10,128] = ${numbers(1280)}
  const wb: f32[10] = ${numbers(10)}
  const shape: i64[2] = 1, 128
  a: f32[1,8,8,8] = Conv(x, v, vb) kernel_shape=[3,3] pads=[1,1,1,1]
  b: f32[1,8,8,8] = Relu(a)
  c: f32[1,8,8,8] = Conv(b, d) kernel_shape=[3,3] pads=[1,1,1,1] group=8
  e: f32[1,8,8,8] = Conv(c, p) kernel_shape=[1,1]
  f: f32[1,8,8,8] = Add(b, e)
  g: f32[1,8,8,8] = Sigmoid(f)
  h: f32[1,8,8,8] = Mul(f, g)
  i: f32[1,8,4,4] = MaxPool(h) kernel_shape=[2,2] strides=[2,2]
  k: f32[1,8,4,4] = AveragePool(h) kernel_shape=[2,2] strides=[2,2]
  l: f32[1,8,4,4] = Sub(i, k)
  m: f32[1,128] = Reshape(l, shape)
  n: f32[1,10] = Gemm(m, w, wb) transB=1
  y: f32[1,10] = Softmax(n)
  return y`);

const SAMPLES = Array.from({ length: 3 }, () => {
  const data = Array.from({ length: 192 }, () => Math.fround(rng.normal()));
  return new Map([['x', tensorOf('f32', [1, 3, 8, 8], data)]]);
});

const CASES: readonly Pick<StaticOptions, 'activations' | 'domain'>[] = [
  { activations: 'u16' },
  { activations: 'i16' },
  { activations: 'u16', domain: 'com.microsoft' },
];

await describeWith('Files with integers of 16 bits', hostGcc().available, () => {
  test.each(CASES)('$activations $domain', async (options) => {
    const file = await quantizeStatically(NETWORK, SAMPLES, {
      ...{ form: 'qdq', weights: 'i8', perChannel: true },
      ...options,
    });
    const imported = await importQuantized(exportOnnx(file));
    expect(imported.remarks).toEqual([]);
    const floats = imported.graph.nodes.filter(({ op }) => !/^(Quantize|Dequantize)Linear$/.test(op));
    expect(floats.filter(({ outputs }) => imported.graph.types.get(outputs[0]!)?.dtype === 'f32')).toEqual([]);

    // Of float32's codes; the sigmoid's straight lines are off by one beside.
    const { elements, different, largest } = summary(await differences(imported, SAMPLES, true));
    expect(elements).toBeGreaterThan(5000);
    expect([largest, different / elements < 0.08]).toEqual([1, true]);
    expect(await verifyC(imported.graph, SAMPLES)).toMatchObject({ passed: true, samples: 3 });
  });
});
