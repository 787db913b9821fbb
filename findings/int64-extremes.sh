#!/bin/sh
# Min, Max and Clip of int64 with one number as the bound compare the low 32 bits of the other operand as if they were all:
# 2^31 and 2^32 - 1 count as negative, -2^31 - 1 as positive. ReduceMax and Less are right.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const x = tensor('int64', [5, 2 ** 31, 2 ** 32 - 1, 2 ** 33]);
const bound = (value) => tensor('int64', [value], []);

async function extreme(op, feeds) {
  const nodes = [{ op, inputs: Object.keys(feeds), outputs: ['y'] }];
  const [y] = await run({ opset: 18, nodes, feeds, outputs: { y: 'int64' } });
  return y;
}

finding('Max with 0', [5, 2 ** 31, 2 ** 32 - 1, 2 ** 33], [5, 0, 0, 2 ** 33], await extreme('Max', { x, low: bound(0) }));
finding('Min with 4096', [5, 4096, 4096, 4096], [5, 2 ** 31, 2 ** 32 - 1, 4096], await extreme('Min', { x, high: bound(4096) }));
const clip = { x, low: bound(0), high: bound(4096) };
finding('Clip to 0 and 4096', [5, 4096, 4096, 4096], [5, 0, 0, 4096], await extreme('Clip', clip));
EOF
