import type { DType, Shape } from '../../../src/ir/types.ts';
import { type Builder, between, codes, type Value, whole } from '../builder.ts';
import type { Family } from '../family.ts';
import { broadcastTo } from './elementwise.ts';
import { groupsOf, window } from './windows.ts';

const family = (op: string, make: (b: Builder) => void, since = 10): Family => ({ op, nature: 'step', since, make });

const CODES: readonly DType[] = ['u8', 'i8'];

/** Some are powers of two: their products have ties. */
const scaleOf = (b: Builder) => (b.chance(0.4) ? b.pick([0.125, 0.25, 0.5]) : 0.02 + 0.1 * b.rng.uniform());
const scale = (b: Builder, shape: Shape = []) => b.constant('f32', shape, () => scaleOf(b));
/** Anywhere, the ends included. */
const zero = (b: Builder, dtype: DType, shape: Shape = []): Value => {
  const [min, max] = dtype === 'u8' ? [0, 255] : [-128, 127];
  return b.constant(dtype, shape, () => b.pick([0, min, max, b.int(min, max)]));
};

function quantize(b: Builder): void {
  const dtype = b.pick(b.opset >= 21 ? (['u8', 'i8', 'u16', 'i16'] as const) : (['u8', 'i8'] as const));
  const x = b.data({ dtypes: ['f32'], rank: [0, 4] });
  const axis = b.opset >= 13 && x.shape.length > 0 && b.chance(0.4) ? b.axis(x.shape) : null;
  const shape = axis === null ? [] : [x.shape.at(axis)!];
  const given =
    b.chance(0.8) || dtype !== 'u8' ? b.constant(dtype, shape, whole(dtype.startsWith('u') ? 0 : -9, 9)) : null;
  b.node('QuantizeLinear', [x, scale(b, shape), given], axis === null ? {} : { axis });
}

function dequantize(b: Builder): void {
  const dtype = b.dtype(['u8', 'i8', 'i32', ...(b.opset >= 21 ? (['u16', 'i16'] as const) : [])]);
  const x = b.data({
    dtypes: [dtype],
    rank: [0, 4],
    values: dtype.endsWith('32') ? whole(-9999, 9999) : codes(dtype),
  });
  const axis = b.opset >= 13 && x.shape.length > 0 && b.chance(0.4) ? b.axis(x.shape) : null;
  const shape = axis === null ? [] : [x.shape.at(axis)!];
  const given = dtype === 'i32' ? null : b.optional(() => b.constant(dtype, shape, codes(dtype)));
  b.node('DequantizeLinear', [x, scale(b, shape), given], axis === null ? {} : { axis });
}

function blocked(b: Builder): void {
  const dtype = b.pick(['i8', 'u8', 'i16'] as const);
  const block = b.int(1, 3);
  const shape = b.shape(1, 3);
  const axis = b.int(0, shape.length - 1);
  shape[axis] = block * b.int(1, 3);
  const scales = shape.map((dimension, i) => (i === axis ? dimension / block : dimension));
  const attributes = { axis: b.chance(0.5) ? axis : axis - shape.length, block_size: block };
  if (b.chance(0.5)) {
    const x = b.data({ dtypes: [dtype], shape, values: codes(dtype) });
    return b.node(
      'DequantizeLinear',
      [x, scale(b, scales), b.optional(() => b.constant(dtype, scales, codes(dtype)))],
      attributes,
    );
  }
  b.node('QuantizeLinear', [b.data({ shape }), scale(b, scales), b.constant(dtype, scales, whole(0, 9))], attributes);
}

/** QLinearConv with int8 or uint8, weights per tensor or per channel. */
function qlinearConv(b: Builder): void {
  const { sizes, kernel, attributes } = window(b, 2);
  const shape = b.like([1, b.int(1, 3) * b.pick([1, 1, 2]), ...sizes]);
  const channels = shape[1];
  const group = groupsOf(b, channels);
  const filters = group * b.int(1, 3);
  const [xType, yType] = [b.pick(CODES), b.pick(CODES)];
  const wType = xType === 'i8' ? 'i8' : b.pick(CODES);
  const x = b.data({ dtypes: [xType], shape, values: codes(xType) });
  const per: Shape = b.chance(0.5) ? [filters] : [];
  const wZero = wType === 'i8' ? b.constant(wType, per, () => 0) : b.constant(wType, per, () => 128);
  const bias = b.optional(() => b.constant('i32', [filters], whole(-500, 500)));
  const w = b.constant(wType, [filters, channels / group, ...kernel], codes(wType));
  b.node(
    'QLinearConv',
    [
      x,
      scale(b),
      zero(b, xType),
      w,
      scale(b, per),
      wZero,
      b.constant('f32', [], () => 4 * scaleOf(b)),
      zero(b, yType === xType ? yType : xType),
      bias,
    ],
    { ...attributes, ...(group > 1 && { group }) },
  );
}

function qlinearMatMul(b: Builder): void {
  const dtype = b.pick(CODES);
  const x = b.data({ dtypes: [dtype], rank: [2, 3], values: codes(dtype) });
  const columns = b.int(1, 5);
  const w = b.operand(dtype, [x.shape.at(-1)!, columns], codes(dtype));
  const wZero = dtype === 'i8' ? b.constant(dtype, [], () => 0) : zero(b, dtype);
  b.node('QLinearMatMul', [
    x,
    scale(b),
    zero(b, dtype),
    w,
    scale(b),
    wZero,
    b.constant('f32', [], () => 4 * scaleOf(b)),
    zero(b, dtype),
  ]);
}

/** Without an output scale the result is in float. */
function qgemm(b: Builder, coded: boolean): void {
  const dtype = b.pick(CODES);
  const [m, k, n] = [b.int(1, 4), b.int(1, 6), b.int(1, 4)];
  const [transA, transB] = [b.chance(0.2) ? 1 : 0, b.int(0, 1)];
  const x = b.data({ dtypes: [dtype], shape: transA ? [k, m] : [m, k], values: codes(dtype) });
  const w = b.constant(dtype, transB ? [n, k] : [k, n], codes(dtype));
  const bias = b.optional(() => b.constant('i32', [n], whole(-500, 500)));
  const out = coded ? [b.constant('f32', [], () => 4 * scaleOf(b)), zero(b, dtype)] : [];
  b.node(
    'ms.QGemm',
    [
      x,
      scale(b),
      zero(b, dtype),
      w,
      scale(b),
      dtype === 'i8' ? b.constant(dtype, [], () => 0) : zero(b, dtype),
      bias,
      ...out,
    ],
    { transA, transB, ...b.some({ alpha: 1 }) },
  );
}

function qlinearBinary(op: string) {
  return (b: Builder) => {
    const dtype = b.pick(CODES);
    const x = b.data({ dtypes: [dtype], rank: [1, 4], values: codes(dtype) });
    const y = b.operand(dtype, broadcastTo(b, x.shape), codes(dtype));
    b.node(op, [x, scale(b), zero(b, dtype), y, scale(b), zero(b, dtype), scale(b), zero(b, dtype)]);
  };
}

function qlinearUnary(op: string) {
  return (b: Builder) => {
    const dtype = b.pick(CODES);
    const pool = op.endsWith('AveragePool');
    const global = op.includes('Global');
    const w = window(b, 2, { dilations: false, padsBelowKernel: true });
    const x = b.data({
      dtypes: [dtype],
      ...(pool ? { shape: b.like([1, b.int(1, 3), ...w.sizes]) } : { rank: [1, 4] }),
      values: codes(dtype),
    });
    const attributes =
      op === 'ms.QLinearLeakyRelu'
        ? b.some({ alpha: 0.2 })
        : op === 'ms.QLinearSoftmax'
          ? { axis: b.axis(x.shape, true), opset: b.pick([11, 13]) }
          : pool && !global
            ? { kernel_shape: w.kernel, ...w.attributes, ...b.some({ count_include_pad: b.int(0, 1) }) }
            : global
              ? b.some({ channels_last: 0 })
              : {};
    const out =
      op === 'ms.QLinearSoftmax'
        ? [b.constant('f32', [], [1 / 256]), b.constant(dtype, [], [dtype === 'u8' ? 0 : -128])]
        : op === 'ms.QLinearSigmoid'
          ? [b.constant('f32', [], [1 / 256]), b.constant(dtype, [], [dtype === 'u8' ? 0 : -128])]
          : [scale(b), zero(b, dtype)];
    b.node(op, [x, scale(b), zero(b, dtype), ...out], attributes);
  };
}

function qlinearConcat(b: Builder): void {
  const dtype = b.pick(CODES);
  const x = b.data({ dtypes: [dtype], rank: [1, 3], values: codes(dtype) });
  const at = b.int(0, x.shape.length - 1);
  const others = Array.from({ length: b.int(0, 2) }, () =>
    b.operand(
      dtype,
      x.shape.map((dimension, i) => (i === at ? b.int(1, 3) : dimension)),
      codes(dtype),
    ),
  );
  b.node(
    'ms.QLinearConcat',
    [scale(b), zero(b, dtype), ...[x, ...others].flatMap((value) => [value, scale(b), zero(b, dtype)])],
    { axis: at },
  );
}

/** Codes of x between QuantizeLinear and DequantizeLinear, an operator in float between them, and codes of the result. */
function qdq(b: Builder): void {
  const dtype = b.pick(CODES);
  const shape = [1, b.int(1, 3), b.int(2, 5), b.int(2, 5)];
  const x = b.data({ shape, values: between(-3, 3) });
  const s = scale(b);
  const z = zero(b, dtype);
  const pair = (value: Value, of: Value, at: Value): Value => {
    b.node('QuantizeLinear', [value, of, at]);
    b.node('DequantizeLinear', [{ ...value, name: b.outputs[0] }, of, at]);
    return { ...value, name: b.outputs[0] };
  };
  const d = pair(x, s, z);
  const op = b.pick([
    'Conv',
    'Add',
    'Mul',
    'Relu',
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
    'Transpose',
    'Reshape',
    'Sigmoid',
    'Gemm',
    'Concat',
    'Resize',
    'Clip',
  ]);
  switch (op) {
    case 'Conv': {
      const w = b.constant('i8', [2, shape[1], 2, 2], whole(-127, 127));
      b.node('DequantizeLinear', [w, b.constant('f32', [2], () => scaleOf(b) / 8), b.constant('i8', [2], () => 0)], {
        axis: 0,
      });
      b.node('Conv', [d, { ...w, name: b.outputs[0] }], b.some({ pads: [1, 1, 1, 1] }));
      break;
    }
    case 'Gemm': {
      b.node('Flatten', [d]);
      const w = b.constant('i8', [shape[1] * shape[2] * shape[3], 3], whole(-127, 127));
      const flat = { ...d, name: b.outputs[0] };
      b.node('DequantizeLinear', [w, b.constant('f32', [], () => scaleOf(b) / 8), b.constant('i8', [], () => 0)]);
      b.node('Gemm', [flat, { ...w, name: b.outputs[0] }]);
      break;
    }
    case 'Add':
    case 'Mul':
      b.node(op, [d, pair(b.input('f32', shape), scale(b), zero(b, dtype))]);
      break;
    case 'Concat':
      b.node(op, [d, pair(b.input('f32', shape), scale(b), zero(b, dtype))], { axis: 1 });
      break;
    case 'MaxPool':
    case 'AveragePool':
      b.node(op, [d], { kernel_shape: [2, 2] });
      break;
    case 'Transpose':
      b.node(op, [d], { perm: [0, 2, 3, 1] });
      break;
    case 'Reshape':
      b.node(op, [d, b.ints([-1])]);
      break;
    case 'Clip':
      b.node(op, [d, b.constant('f32', [], [0]), b.constant('f32', [], [2])]);
      break;
    case 'Resize':
      b.node(op, [d, null, b.constant('f32', [4], [1, 1, 2, 2])], { mode: 'nearest' });
      break;
    default:
      b.node(op, [d]);
  }
  const y: Value = { name: b.outputs[0], dtype: 'f32', shape };
  const [s2, z2] = b.chance(0.4) ? [s, z] : [scale(b), zero(b, dtype)];
  b.node('QuantizeLinear', [y, s2, z2]);
  if (b.chance(0.5)) b.node('DequantizeLinear', [{ ...y, name: b.outputs[0] }, s2, z2]);
}

export const QUANTIZED: readonly Family[] = [
  family('QuantizeLinear', quantize),
  family('DequantizeLinear', dequantize),
  family('QuantizeLinear', blocked, 21),
  family(
    'DynamicQuantizeLinear',
    (b) => b.node('DynamicQuantizeLinear', [b.data({ dtypes: ['f32'], rank: [0, 4] })], {}, 3),
    11,
  ),
  family('QLinearConv', qlinearConv),
  family('QLinearMatMul', qlinearMatMul),
  family('com.microsoft.QGemm', (b) => qgemm(b, true)),
  { ...family('com.microsoft.QGemm', (b) => qgemm(b, false)), nature: 'close' },
  family('com.microsoft.QLinearAdd', qlinearBinary('ms.QLinearAdd')),
  family('com.microsoft.QLinearMul', qlinearBinary('ms.QLinearMul')),
  ...['QLinearLeakyRelu', 'QLinearSigmoid', 'QLinearSoftmax', 'QLinearAveragePool', 'QLinearGlobalAveragePool'].map(
    (op) => family(`com.microsoft.${op}`, qlinearUnary(`ms.${op}`)),
  ),
  family('com.microsoft.QLinearConcat', qlinearConcat),
  family('com.microsoft.QuantizeLinear', (b) => {
    const dtype = b.pick(CODES);
    b.node('ms.QuantizeLinear', [b.data({ dtypes: ['f32'], rank: [0, 4] }), scale(b), zero(b, dtype)]);
  }),
  family('com.microsoft.DequantizeLinear', (b) => {
    const dtype = b.pick(CODES);
    const x = b.data({ dtypes: [dtype], rank: [0, 4], values: codes(dtype) });
    b.node('ms.DequantizeLinear', [x, scale(b), zero(b, dtype)]);
  }),
  family('QDQ patterns', qdq, 13),
];
