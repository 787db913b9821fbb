#!/bin/sh
# Nearest Resize of opset 10 takes the floor of the source position along an axis that grows and the ceiling along one
# that shrinks, also within one node. From opset 11 one rule, nearest_mode, holds for all axes, so no value of it spells
# such a node.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function resized(values, dims, scales) {
  const nodes = [{ op: 'Resize', inputs: ['x', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } }];
  const feeds = { x: tensor('float32', values, dims), scales: tensor('float32', scales) };
  return (await run({ opset: 10, nodes, feeds, outputs: { y: 'float32' } }))[0];
}

finding('0 1 2, 1.5 times as long: floor of 0, 0.67, 1.33, 2', [0, 0, 1, 2], [0, 0, 1, 2], await resized([0, 1, 2], [1, 3], [1, 1.5]));
const seven = [0, 1, 2, 3, 4, 5, 6];
finding('0 to 6, 0.6 times as long: floor of 0, 1.67, 3.33, 5', [0, 1, 3, 5], [0, 2, 4, 5], await resized(seven, [1, 7], [1, 0.6]));
EOF
