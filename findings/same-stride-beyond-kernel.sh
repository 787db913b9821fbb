#!/bin/sh
# auto_pad SAME where the stride steps over elements: (outputs - 1) * stride + kernel - size is negative. ONNX's
# formula has no lower bound; reading it as "no padding" keeps the first element. Conv and AveragePool cut elements off
# instead, each in its own way, and MaxPool refuses a model that its checker passed.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function everyFourth(op, size, side) {
  const feeds = { x: tensor('float32', Array.from({ length: size }, (_, i) => i + 1), [1, 1, size]) };
  if (op === 'Conv') feeds.w = tensor('float32', [1], [1, 1, 1]);
  const attributes = { kernel_shape: [1], strides: [4], auto_pad: `SAME_${side}` };
  const nodes = [{ op, inputs: Object.keys(feeds), outputs: ['y'], attributes }];
  try {
    return (await run({ opset: 21, nodes, feeds, outputs: { y: 'float32' } }))[0];
  } catch ({ message }) {
    return message.includes('padding values must be non-negative') ? 'refused when run' : message;
  }
}

for (const [op, size, side, seen] of [
  ['Conv', 7, 'UPPER', [1, 5]],
  ['AveragePool', 7, 'UPPER', [2, 6]],
  ['AveragePool', 7, 'LOWER', [1, 5]],
  ['Conv', 8, 'UPPER', [2, 6]],
  ['Conv', 8, 'LOWER', [1, 5]],
  ['AveragePool', 8, 'LOWER', [2, 6]],
  ['MaxPool', 7, 'UPPER', 'refused when run'],
]) {
  finding(`${op} of 1 to ${size}, kernel 1, stride 4, SAME_${side}`, [1, 5], seen, await everyFourth(op, size, side));
}
EOF
