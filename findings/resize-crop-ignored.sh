#!/bin/sh
# Resize with tf_crop_and_resize ignores its crop when the result has the size of the input: the whole image comes
# back. At another size the crop is honoured, so that a pipeline works until crop and resize meet the input's own
# size.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

// The right half of four pixels (positions 1.5 to 3), spread over `size` pixels.
async function rightHalf(size) {
  const attributes = { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' };
  const nodes = [{ op: 'Resize', inputs: ['x', 'roi', '', 'sizes'], outputs: ['y'], attributes }];
  const feeds = {
    x: tensor('float32', [1, 2, 3, 4], [1, 1, 1, 4]),
    roi: tensor('float32', [0, 0, 0, 0.5, 1, 1, 1, 1]),
    sizes: tensor('int64', [1, 1, 1, size]),
  };
  return (await run({ opset: 19, nodes, feeds, outputs: { y: 'float32' } }))[0];
}

const five = [2.5, 2.875, 3.25, 3.625, 4];
finding('crop of 4 pixels to 5', five, five, await rightHalf(5));
finding('crop of 4 pixels to 4', [2.5, 3, 3.5, 4], [1, 2, 3, 4], await rightHalf(4));
EOF
