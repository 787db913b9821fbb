#!/bin/sh
# GroupNormalization of raw data with an offset (10000 to 10001.5) is off by a factor of more than 100, as if its
# variance were the mean of squares less the square of the mean in float32; LayerNormalization of the same eight
# values is right. No result of a normalization over n values exceeds sqrt(n - 1), which is 2.65 here.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const values = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 0.1].map((value) => value + 10000);

async function largest(op, attributes, dims, parameters) {
  const nodes = [{ op, inputs: ['x', 'scale', 'bias'], outputs: ['y'], attributes }];
  const scale = tensor('float32', Array(parameters).fill(1));
  const bias = tensor('float32', Array(parameters).fill(0));
  const feeds = { x: tensor('float32', values, dims), scale, bias };
  const [result] = await run({ opset: 21, nodes, feeds, outputs: { y: 'float32' } });
  const size = Math.max(...result.map(Math.abs));
  return size > 100 ? 'more than 100' : size.toFixed(2);
}

const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
const right = Math.max(...values.map((value) => Math.abs(value - mean) / Math.sqrt(variance + 1e-5))).toFixed(2);
const layer = await largest('LayerNormalization', {}, [1, 8], 8);
const group = await largest('GroupNormalization', { num_groups: 1 }, [1, 2, 4], 2);
finding('LayerNormalization, largest of 8 results', right, '1.61', layer);
finding('GroupNormalization, largest of 8 results', right, 'more than 100', group);
EOF
