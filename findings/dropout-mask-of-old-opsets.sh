#!/bin/sh
# Dropout of opsets 7 and 10 drops nothing in inference and says by its mask that it dropped everything. From opset 12
# the mask is all ones. A model that multiplies by the mask changes its result when its opset is raised.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { ELEMENT_TYPES, finding, run, tensor } from './onnx.mjs';

async function dropout(opset) {
  const nodes = [
    { op: 'Dropout', inputs: ['x'], outputs: ['y', 'mask'] },
    { op: 'Cast', inputs: ['mask'], outputs: ['kept'], attributes: { to: ELEMENT_TYPES.float32 } },
  ];
  const feeds = { x: tensor('float32', [1, 2, 3]) };
  return run({ opset, nodes, feeds, outputs: { y: 'float32', kept: 'float32' } });
}

const [kept, none] = [[1, 1, 1], [0, 0, 0]];
for (const [opset, mask] of [[7, none], [10, none], [12, kept]]) {
  const data = [1, 2, 3];
  finding(`Dropout of opset ${opset}, result and mask`, [data, kept], [data, mask], await dropout(opset));
}
EOF
