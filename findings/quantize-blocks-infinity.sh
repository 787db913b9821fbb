#!/bin/sh
# QuantizeLinear saturates. By blocks along another axis than the last the quotient is converted to int32 before it is
# clamped, and what int32 does not hold becomes its lowest number on x86: infinity gets the lowest code.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const codes = async (axis, dims, scales) => {
  const attributes = { axis, block_size: 2 };
  const nodes = [{ op: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['y'], attributes }];
  const feeds = { x: tensor('float32', [Infinity, -Infinity, 1e10, 300], dims), s: tensor('float32', [1, 1], scales) };
  const z = tensor('uint8', new Uint8Array(2), scales);
  return (await run({ opset: 21, nodes, feeds: { ...feeds, z }, outputs: { y: 'uint8' } }))[0];
};
const seen = [await codes(1, [2, 2], [2, 1]), await codes(0, [2, 2], [1, 2])];
finding('QuantizeLinear by blocks of the last axis, of the first', [[255, 0, 255, 255], [255, 0, 255, 255]], [[255, 0, 255, 255], [0, 0, 0, 255]], seen);
EOF
