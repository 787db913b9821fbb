#!/bin/sh
# LRN over one channel: each result depends on its own number alone. The kernel keeps a running sum of squares, adds what
# enters and subtracts what leaves: behind a square beyond float32 that is infinity less infinity.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const nodes = [{ op: 'LRN', inputs: ['x'], outputs: ['y'], attributes: { size: 1 } }];
const feeds = { x: tensor('float32', [1e20, 1, 2], [1, 3, 1, 1]) };
const [seen] = await run({ opset: 13, nodes, feeds, outputs: { y: 'float32' } });
finding('LRN behind a large number', ['0', '0.9999250173568726', '1.99940025806427'], ['0', 'NaN', 'NaN'], seen.map(String));
EOF
