#!/bin/sh
# A code is round(x / scale) + zero point, halves to even. QuantizeLinear and QLinearConv do that; QLinearAdd,
# QLinearMul and QLinearAveragePool of com.microsoft round x / scale + zero point as one number, so that at an odd zero
# point every tie goes the other way: the quantized model and its QDQ spelling differ by a code.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const scalar = (type, value) => tensor(type, [value], []);

async function codes(op, domain, feeds, attributes) {
  const nodes = [{ op, domain, inputs: Object.keys(feeds), outputs: ['y'], attributes }];
  return (await run({ opset: 13, nodes, feeds, outputs: { y: 'uint8' } }))[0];
}

/** Each gives 0.5, 1.5, 2.5 and 3.5 on the scale of the result. */
const operators = (zeroPoint) => {
  const half = { s: scalar('float32', 0.5), z: scalar('uint8', 0) };
  const to = { ys: scalar('float32', 1), yz: scalar('uint8', zeroPoint) };
  const odd = tensor('uint8', [1, 3, 5, 7], [1, 1, 4]);
  const other = (value) => ({ b: tensor('uint8', Array(4).fill(value), [1, 1, 4]), bs: half.s, bz: half.z });
  const pairs = tensor('uint8', [0, 1, 1, 2, 2, 3, 3, 4], [1, 1, 8]);
  const one = { ws: scalar('float32', 1), wz: half.z };
  return [
    ['QuantizeLinear', '', { x: tensor('float32', [0.5, 1.5, 2.5, 3.5]), ...to }],
    ['QLinearConv', '', { x: odd, ...half, w: tensor('uint8', [1], [1, 1, 1]), ...one, ...to }],
    ['QLinearAdd', 'com.microsoft', { a: odd, ...half, ...other(0), ...to }],
    ['QLinearMul', 'com.microsoft', { a: odd, ...half, ...other(2), ...to }],
    [
      'QLinearAveragePool',
      'com.microsoft',
      { x: pairs, s: scalar('float32', 1), z: half.z, ...to },
      { kernel_shape: [2], strides: [2] },
    ],
  ];
};

for (const [op, domain, feeds, attributes] of operators(0)) {
  finding(`${op}, zero point 0`, [0, 2, 2, 4], [0, 2, 2, 4], await codes(op, domain, feeds, attributes));
}
for (const [op, domain, feeds, attributes] of operators(1)) {
  const seen = domain === '' ? [1, 3, 3, 5] : [2, 2, 4, 4];
  finding(`${op}, zero point 1`, [1, 3, 3, 5], seen, await codes(op, domain, feeds, attributes));
}
EOF
