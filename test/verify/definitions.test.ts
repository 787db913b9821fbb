import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { dataOf, isFloat } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { byDefinition } from '../../src/verify/definitions/index.ts';

const NONE = { output: 0, ofC: new Float32Array(), ofRuntime: new Float32Array() };

/** Where onnxruntime is right, the definitions give the same. */
const CASES = {
  InstanceNormalization: `
    input x: f32[2,3,2,2]
    const s: f32[3] = 1, 2, 3
    const b: f32[3] = 0, 1, -1
    y: f32[2,3,2,2] = InstanceNormalization(x, s, b) epsilon=0.01`,
  GroupNormalization: `
    input x: f32[2,4,3]
    const s: f32[4] = 1, 2, 3, 4
    const b: f32[4] = 0, 1, -1, 2
    y: f32[2,4,3] = GroupNormalization(x, s, b) num_groups=2`,
  'LayerNormalization of two axes': `
    input x: f32[2,3,2]
    const s: f32[3,2] = 1, 2, 3, 4, 5, 6
    const b: f32[3,2] = 0, 1, -1, 2, 1, 1
    y: f32[2,3,2] = LayerNormalization(x, s, b) axis=1`,
  RMSNormalization: `
    input x: f32[2,3]
    const s: f32[3] = 1, 2, 3
    y: f32[2,3] = RMSNormalization(x, s)`,
  MeanVarianceNormalization: `
    input x: f32[2,3,2,2]
    y: f32[2,3,2,2] = MeanVarianceNormalization(x)`,
  'MeanVarianceNormalization over the last axes': `
    input x: f32[2,3,2,2]
    y: f32[2,3,2,2] = MeanVarianceNormalization(x) axes=[-1,2]`,
  Sigmoid: `
    input x: f32[7]
    y: f32[7] = Sigmoid(x)`,
  'Resize of all there is': `
    input x: f32[2,3]
    const roi: f32[4] = 0, 0, 1, 1
    const size: i64[2] = 2, 3
    y: f32[2,3] = Resize(x, roi, _, size) mode="linear" coordinate_transformation_mode="tf_crop_and_resize"`,
  'Resize of all there is, cubic, beside an axis that grows': `
    input x: f32[2,3]
    const roi: f32[4] = 0, 0, 1, 1
    const size: i64[2] = 2, 7
    y: f32[2,7] = Resize(x, roi, _, size) mode="cubic" coordinate_transformation_mode="tf_crop_and_resize"`,
  'the same without what lies outside': `
    input x: f32[2,3]
    const roi: f32[4] = 0, 0, 1, 1
    const size: i64[2] = 2, 7
    y: f32[2,7] = Resize(x, roi, _, size) mode="cubic" coordinate_transformation_mode="tf_crop_and_resize" exclude_outside=1`,
  'Col2Im of a signal': `
    input x: f32[2,6,4]
    const size: i64[1] = 6
    const block: i64[1] = 3
    y: f32[2,2,6] = Col2Im(x, size, block) strides=[2] pads=[1,2]`,
  'Col2Im with dilations': `
    input x: f32[1,12,4]
    const size: i64[2] = 4, 5
    const block: i64[2] = 2, 3
    y: f32[1,2,4,5] = Col2Im(x, size, block) dilations=[2,1] strides=[1,2] pads=[0,0,0,1]`,
  'Col2Im of a volume': `
    input x: f32[1,4,12]
    const size: i64[3] = 3, 3, 3
    const block: i64[3] = 1, 2, 2
    y: f32[1,1,3,3,3] = Col2Im(x, size, block) pads=[0,0,0,0,0,1] strides=[1,1,2]`,
  'LRN over five channels': `
    input x: f32[2,6,2,3]
    y: f32[2,6,2,3] = LRN(x) size=5 alpha=0.5 beta=0.6 bias=1.5`,
  'LRN over three': `
    input x: f32[1,4,2,1]
    y: f32[1,4,2,1] = LRN(x) size=3`,
  'ReduceLogSumExp over two axes': `
    input x: f32[2,3,4]
    const axes: i64[2] = -1, 0
    y: f32[3] = ReduceLogSumExp(x, axes) keepdims=0`,
  'ReduceLogSumExp of all': `
    input x: f32[2,3]
    y: f32[1,1] = ReduceLogSumExp(x)`,
  'MatMulInteger by rows and columns': `
    input x: u8[2,2,3]
    input w: i8[3,4]
    const p: u8[1] = 100
    const q: i8[4] = 1, -2, 3, 0
    y: i32[2,2,4] = MatMulInteger(x, w, p, q)`,
  'ConvInteger with groups': `
    input x: u8[1,4,5,4]
    const w: i8[2,2,3,2] = 1, 2, 3, -4, 5, 6, 1, 0, 1, -1, 2, 2, 7, 7, 7, 1, 1, 1, 0, 3, 0, -3, 2, 1
    const p: u8[] = 7
    y: i32[1,2,3,4] = ConvInteger(x, w, p) group=2 strides=[2,1] pads=[1,0,1,1]`,
  'Det of three rows': `
    input x: f32[2,3,3]
    y: f32[2] = Det(x)`,
  'DFT of a length that is no power of two': `
    input x: f32[2,5,3,2]
    const length: i64[] = 6
    const axis: i64[] = 1
    y: f32[2,6,3,2] = DFT(x, length, axis)`,
  'DFT of real numbers, one side': `
    input x: f32[2,4,1]
    const axis: i64[] = 1
    y: f32[2,3,2] = DFT(x, _, axis) onesided=1`,
  'DFT back': `
    input x: f32[2,4,2]
    const axis: i64[] = -2
    y: f32[2,4,2] = DFT(x, _, axis) inverse=1`,
  'STFT with a window': `
    input x: f32[2,11,1]
    const step: i64[] = 3
    const window: f32[4] = 0.5, 1, 1, 0.25
    y: f32[2,3,3,2] = STFT(x, step, window)`,
  BatchNormalization: `
    input x: f32[2,3,4]
    const s: f32[3] = 1, 2, 3
    const b: f32[3] = 0, 1, -1
    const m: f32[3] = 0.5, 1, -2
    const v: f32[3] = 0.5, 1, 2
    y: f32[2,3,4] = BatchNormalization(x, s, b, m, v) epsilon=0.01`,
  'SkipLayerNormalization of com.microsoft': `
    input x: f32[2,3]
    input k: f32[2,3]
    const s: f32[3] = 1, 2, 3
    const b: f32[3] = 0, 1, -1
    const a: f32[3] = 1, 0, 2
    y: f32[2,3] = com.microsoft::SkipLayerNormalization(x, k, s, b, a)`,
  'LSTM of both directions, with peepholes and lengths': `
    input x: f32[3,2,1]
    input w: f32[2,8,1]
    input r: f32[2,8,2]
    input b: f32[2,16]
    const n: i32[2] = 3, 2
    input h: f32[2,2,2]
    input c: f32[2,2,2]
    input p: f32[2,6]
    y: f32[3,2,2,2] = LSTM(x, w, r, b, n, h, c, p) hidden_size=2 direction="bidirectional" "clip"=0.7`,
  'GRU backwards': `
    input x: f32[3,2,1]
    input w: f32[1,6,1]
    input r: f32[1,6,2]
    input b: f32[1,12]
    y: f32[3,1,2,2] = GRU(x, w, r, b) hidden_size=2 direction="reverse" activations=["HardSigmoid","Softsign"]`,
  'GRU, linear before reset': `
    input x: f32[2,1,2]
    input w: f32[1,6,2]
    input r: f32[1,6,2]
    input b: f32[1,12]
    y: f32[2,1,1,2] = GRU(x, w, r, b) hidden_size=2 linear_before_reset=1`,
  'RNN with parameters': `
    input x: f32[2,1,2]
    input w: f32[1,2,2]
    input r: f32[1,2,2]
    y: f32[2,1,1,2] = RNN(x, w, r) hidden_size=2 activations=["Affine"] activation_alpha=[0.5] activation_beta=[0.25]`,
  'ConvInteger of a signal': `
    input x: u8[2,1,6]
    const w: i8[1,1,2] = 3, -4
    y: i32[2,1,4] = ConvInteger(x, w) dilations=[2]`,
};

describe('definitions', () => {
  test('MaxPool of NaN: the first element of a window, then what is greater', () => {
    const text = `
      input x: f32[1,1,2,5]
      y: f32[1,1,1,3] = MaxPool(x) kernel_shape=[2,2] strides=[2,2] pads=[0,0,0,1] ceil_mode=1
      return y`;
    const [node] = parseGraph(text).nodes;
    const x: Tensor = { dtype: 'f32', shape: [1, 1, 2, 5], data: Float32Array.of(NaN, 1, 2, 3, 4, 4, 5, 6, NaN, NaN) };
    const given = { output: 0, ofC: new Float32Array(3), ofRuntime: Float32Array.of(5, NaN, 4) };
    expect(byDefinition(node!, [x], given)?.result).toEqual(Float32Array.of(NaN, 6, 4));
    const finite = { ...x, data: new Float32Array(10) };
    expect(byDefinition(node!, [finite], given)).toBe(null);
  });

  test('DynamicQuantizeLinear of NaN: the range of the numbers', () => {
    const [node] = parseGraph(
      'input x: f32[5]\ny: u8[5], s: f32[], z: u8[] = DynamicQuantizeLinear(x)\nreturn y',
    ).nodes;
    const x = (...numbers: number[]): Tensor => ({ dtype: 'f32', shape: [5], data: Float32Array.from(numbers) });
    const results = (given: Tensor) =>
      [0, 1, 2].map((output) => byDefinition(node!, [given], { ...NONE, output })?.result);
    const scale = Math.fround(3 / 255);
    expect(results(x(-1, 2, NaN, 0, 1))).toEqual([
      Uint8Array.of(0, 255, 0, 85, 170),
      Float32Array.of(scale),
      Uint8Array.of(85),
    ]);
    const endless = [Uint8Array.of(0, 255, 0, 255, 255), Float32Array.of(Infinity), Uint8Array.of(255)];
    expect(results(x(-Infinity, 2, NaN, 0, 1))).toEqual(endless);
    expect(results(x(1, 2, 3, 4, 5))).toEqual([undefined, undefined, undefined]);
  });

  test('ReduceLogSumExp of NaN is NaN, of infinities the largest', () => {
    const text = 'input x: f32[3,2]\nconst a: i64[1] = 1\ny: f32[3] = ReduceLogSumExp(x, a) keepdims=0\nreturn y';
    const { nodes, constants } = parseGraph(text);
    const x: Tensor = { dtype: 'f32', shape: [3, 2], data: Float32Array.of(Infinity, NaN, -Infinity, 1, Infinity, 2) };
    const given = { ...NONE, ofC: new Float32Array(3) };
    expect(byDefinition(nodes[0]!, [x, constants.get('a')!], given)?.result).toEqual(Float32Array.of(NaN, 1, Infinity));
  });

  test('recurrent cells: infinities and NaN go on; sums that leave float32 stay what they became', () => {
    const text = `
      input x: f32[1,1,1]
      const w: f32[1,1,1] = 2
      const r: f32[1,1,1] = 1
      y: f32[1,1,1,1] = RNN(x, w, r) hidden_size=1 activations=["Relu"]
      return y`;
    const { nodes, constants } = parseGraph(text);
    const run = (x: number, ofC: number) =>
      byDefinition(
        nodes[0]!,
        [{ dtype: 'f32', shape: [1, 1, 1], data: Float32Array.of(x) }, constants.get('w')!, constants.get('r')!],
        { output: 0, ofC: Float32Array.of(ofC), ofRuntime: Float32Array.of(3) },
      )!;
    expect(run(NaN, 7).result).toEqual(Float32Array.of(NaN));
    expect(run(-Infinity, NaN).result).toEqual(Float32Array.of(0));
    for (const lost of [Infinity, NaN]) {
      expect(run(3e38, lost).result).toEqual(Float32Array.of(lost));
      expect(run(3e38, lost).beyond(0)).toBe(true);
    }
    expect(run(3e38, 7).result).toEqual(Float32Array.of(Infinity));
    expect(run(1, NaN).result).toEqual(Float32Array.of(2));
    expect(run(1, NaN).beyond(0)).toBe(false);
  });

  test('Pad by wrap of more than there is, behind a cut', () => {
    const text = `
      input x: f32[2,3]
      const pads: i64[2] = -1, 5
      const axes: i64[1] = -1
      y: f32[2,7] = Pad(x, pads, _, axes) mode="wrap"
      return y`;
    const [node] = parseGraph(text).nodes;
    const constants = parseGraph(text).constants;
    const x: Tensor = { dtype: 'f32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const inputs = [x, constants.get('pads')!, null, constants.get('axes')!];
    expect(byDefinition(node!, inputs, NONE)?.result).toEqual(
      Float32Array.of(2, 3, 2, 3, 2, 3, 2, 5, 6, 5, 6, 5, 6, 5),
    );
  });

  test.each(Object.entries(CASES))('%s', async (_, text) => {
    const graph = parseGraph(`${text}\n return y`);
    const rng = createRng(11);
    const feeds = new Map(
      graph.inputs.map((name): [string, Tensor] => {
        const { dtype, shape } = typeOf(graph, name);
        const one = () => (isFloat(dtype) ? rng.normal() : dtype === 'u8' ? rng.int(0, 120) : rng.int(-60, 60));
        return [name, { dtype, shape, data: dataOf(dtype, Array.from({ length: elementCount(shape) }, one)) }];
      }),
    );
    const results = await withSession(exportOnnx(graph), {}, (session) => session.run(feeds));
    const { data } = results.get('y')!;
    const [node] = graph.nodes;
    const inputs = node!.inputs.map((input) => input && (feeds.get(input) ?? graph.constants.get(input) ?? null));
    const given = { ...NONE, ofC: new Float32Array(data.length) };
    const exact = byDefinition(node!, inputs as (Tensor | null)[], given)!.result;
    expect(exact).toHaveLength(data.length);
    for (const [i, value] of exact.entries()) expect(Number(value)).toBeCloseTo(Number(data[i]), 5);
  });
});
