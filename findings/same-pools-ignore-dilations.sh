#!/bin/sh
# auto_pad SAME promises as many results as there are elements at stride 1. MaxPool, AveragePool and LpPool pad as if
# there were no dilations and give fewer: their tensors are shorter than shape inference says. Conv refuses the
# combination by name.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const x = tensor('float32', [1, 2, 3, 4, 5, 6, 7], [1, 1, 7]);
const attributes = { kernel_shape: [3], dilations: [2], auto_pad: 'SAME_UPPER' };

async function results(op) {
  const nodes = [{ op, inputs: ['x'], outputs: ['y'], attributes }];
  return (await run({ opset: 21, nodes, feeds: { x }, outputs: { y: 'float32' } }))[0].length;
}

for (const op of ['MaxPool', 'AveragePool', 'LpPool']) {
  finding(`${op} of 7 elements, SAME_UPPER, kernel 3, dilation 2: results`, 7, 5, await results(op));
}
EOF
