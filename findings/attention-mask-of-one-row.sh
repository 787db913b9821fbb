#!/bin/sh
# ONNX says that Attention's mask is broadcast to [batch, heads, queries, keys]. onnxruntime refuses one row of it for all
# queries, [1, 1, 1, keys], as a mask of padded tokens has; a row for each query, alike, runs.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

// Two queries of one number see the first of two keys.
async function masked(rows) {
  const nodes = [{ op: 'Attention', inputs: ['q', 'k', 'v', 'm'], outputs: ['y'], attributes: {} }];
  const feeds = {
    q: tensor('float32', [1, 2], [1, 1, 2, 1]),
    k: tensor('float32', [1, 2], [1, 1, 2, 1]),
    v: tensor('float32', [3, 4], [1, 1, 2, 1]),
    m: tensor('float32', Array(rows).fill([0, -10000]).flat(), [1, 1, rows, 2]),
  };
  return run({ opset: 23, nodes, feeds, outputs: { y: 'float32' } }).then(
    ([y]) => y,
    () => 'refused',
  );
}

finding('a row of the mask for each query', [3, 3], [3, 3], await masked(2));
finding('one row for all queries', [3, 3], 'refused', await masked(1));
EOF
