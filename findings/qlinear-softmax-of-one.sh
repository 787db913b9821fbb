#!/bin/sh
# QLinearSoftmax of com.microsoft over an axis of length 1 gives code 0, a probability of nothing, not the largest code
# (1 saturates at scale 1/256). Two and four equal elements are right.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function softmax(length) {
  const feeds = {
    x: tensor('uint8', Array(length).fill(10), [1, length]),
    xs: tensor('float32', [1], []),
    xz: tensor('uint8', [0], []),
    ys: tensor('float32', [1 / 256], []),
    yz: tensor('uint8', [0], []),
  };
  const attributes = { opset: 13, axis: 1 };
  const nodes = [{ op: 'QLinearSoftmax', domain: 'com.microsoft', inputs: Object.keys(feeds), outputs: ['y'], attributes }];
  return (await run({ opset: 18, nodes, feeds, outputs: { y: 'uint8' } }))[0];
}

finding('QLinearSoftmax of 4 equal codes', [64, 64, 64, 64], [64, 64, 64, 64], await softmax(4));
finding('QLinearSoftmax of 1 code', [255], [0], await softmax(1));
EOF
