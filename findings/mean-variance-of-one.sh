#!/bin/sh
# MeanVarianceNormalization over axes that hold a single element: ONNX writes it as a function that adds 1e-9 to the
# deviation, so the result is 0. The kernel divides by the bare deviation: NaN.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const nodes = [{ op: 'MeanVarianceNormalization', inputs: ['x'], outputs: ['y'], attributes: { axes: [1] } }];
const feeds = { x: tensor('float32', [3, 4], [2, 1]) };
const [seen] = await run({ opset: 13, nodes, feeds, outputs: { y: 'float32' } });
finding('MeanVarianceNormalization of single elements', ['0', '0'], ['NaN', 'NaN'], seen.map(String));
EOF
