#!/bin/sh
# Col2Im over one dimension with dilation: the first channel is right, from the second on the elements move and the
# end stays 0. The same blocks as an image of height 1 are right.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function col2im(image, block, dilations) {
  const columns = tensor('float32', Array.from({ length: 12 }, (_, i) => i + 1), [1, 4, 3]);
  const feeds = { columns, image: tensor('int64', image), block: tensor('int64', block) };
  const nodes = [{ op: 'Col2Im', inputs: Object.keys(feeds), outputs: ['y'], attributes: { dilations } }];
  return (await run({ opset: 21, nodes, feeds, outputs: { y: 'float32' } }))[0];
}

// Two channels of blocks of 2, two apart: 1 2 3 at 0 to 2 and 4 5 6 at 2 to 4.
const expected = [1, 2, 7, 5, 6, 7, 8, 19, 11, 12];
finding('Col2Im of height 1, dilations 1 and 2', expected, expected, await col2im([1, 5], [1, 2], [1, 2]));
const seen = [1, 2, 7, 5, 13, 10, 11, 12, 0, 0];
finding('Col2Im of one dimension, dilation 2', expected, seen, await col2im([5], [2], [2]));
EOF
