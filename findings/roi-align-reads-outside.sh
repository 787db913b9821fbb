#!/bin/sh
# A sample outside of the image is 0. The kernel takes 0 times the first pixel for it, which is NaN where that is NaN.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const nodes = [{ op: 'RoiAlign', inputs: ['x', 'r', 'i'], outputs: ['y'], attributes: { output_height: 1, output_width: 1, sampling_ratio: 1 } }];
const feeds = { x: tensor('float32', [NaN, 1, 2, 3], [1, 1, 2, 2]), r: tensor('float32', [8, 8, 9, 9], [1, 4]), i: tensor('int64', [0]) };
const [seen] = await run({ opset: 16, nodes, feeds, outputs: { y: 'float32' } });
finding('RoiAlign far outside of an image with NaN', ['0'], ['NaN'], seen.map(String));
EOF
