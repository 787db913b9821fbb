#!/bin/sh
# Resize with antialias on int8 saturates to the range of uint8 and keeps the low byte: what is below 0 becomes 0, and
# what exceeds 127 turns negative. A cubic filter exceeds its input at every edge.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function resize(type) {
  const attributes = { mode: 'cubic', antialias: 1 };
  const nodes = [{ op: 'Resize', inputs: ['x', '', 'scales'], outputs: ['y'], attributes }];
  const edge = tensor(type, [-100, -100, -100, -100, 120, 120, 120, 120], [1, 1, 1, 8]);
  const feeds = { x: edge, scales: tensor('float32', [1, 1, 1, 2]) };
  const [row] = await run({ opset: 19, nodes, feeds, outputs: { y: type } });
  return row.slice(4, 12);
}

const real = await resize('float32');
const saturated = real.map((value) => Math.max(-128, Math.min(127, Math.round(value))));
finding('cubic Resize of an edge, int8, antialias', saturated, [0, 0, 0, 0, 70, -113, -128, 120], await resize('int8'));
EOF
