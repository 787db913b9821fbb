#!/bin/sh
# A linear Resize of one uint8 image gives other codes as [N, C, H, W] than as [N, H, W, C]. Channels-first
# interpolates in float32 and cuts the fraction off, so that 54.999996 becomes 54; channels-last appears to use
# weights in fixed point. The pixels that differ lie at exactly 44; float32 gives 44 and 55 in both layouts. Measured
# on x86-64.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function rows(type, dims, scales) {
  const attributes = { mode: 'linear' };
  const nodes = [{ op: 'Resize', inputs: ['x', '', 'scales'], outputs: ['y'], attributes }];
  const feeds = { x: tensor(type, [33, 15, 66, 23], dims), scales: tensor('float32', scales) };
  const [image] = await run({ opset: 19, nodes, feeds, outputs: { y: type } });
  return [image[12], image[18]].map(Math.round);
}

const first = [[1, 1, 2, 2], [1, 1, 3, 3]];
const last = [[1, 2, 2, 1], [1, 3, 3, 1]];
finding('Resize 2x2 to 6x6, float32, channels first', [44, 55], [44, 55], await rows('float32', ...first));
finding('Resize 2x2 to 6x6, float32, channels last', [44, 55], [44, 55], await rows('float32', ...last));
finding('Resize 2x2 to 6x6, uint8, channels first', [44, 55], [44, 54], await rows('uint8', ...first));
finding('Resize 2x2 to 6x6, uint8, channels last', [44, 55], [43, 54], await rows('uint8', ...last));
EOF
