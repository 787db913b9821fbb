#!/bin/sh
# Sums and products of int32 that leave its range: Add and CumSum wrap, the reductions stop at the largest value. A
# checksum or a hash written with ReduceSum differs from the same written with Add.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function reduced(op, values) {
  const nodes = [{ op, inputs: ['x'], outputs: ['y'], attributes: { keepdims: 0 } }];
  const [[y]] = await run({ opset: 18, nodes, feeds: { x: tensor('int32', values) }, outputs: { y: 'int32' } });
  return y;
}

const largest = 2 ** 31 - 1;
const nodes = [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }];
const feeds = { a: tensor('int32', [largest]), b: tensor('int32', [1]) };
const [[added]] = await run({ opset: 18, nodes, feeds, outputs: { y: 'int32' } });
finding('Add of 2^31 - 1 and 1', -(2 ** 31), -(2 ** 31), added);
finding('ReduceSum of 2^31 - 1 and 1', -(2 ** 31), largest, await reduced('ReduceSum', [largest, 1]));
finding('ReduceProd of 2^16 and 2^16', 0, largest, await reduced('ReduceProd', [2 ** 16, 2 ** 16]));
finding('ReduceSumSquare of 2^16 and 3', 9, largest, await reduced('ReduceSumSquare', [2 ** 16, 3]));
EOF
