#!/bin/sh
# A transform of four numbers is right up to the end of float32. Lengths that are no powers of two go by way of longer
# ones, whose sums leave float32 long before: every bin is NaN.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const bins = async (numbers) => {
  const nodes = [{ op: 'DFT', inputs: ['x'], outputs: ['y'], attributes: { axis: 1 } }];
  const feeds = { x: tensor('float32', numbers, [1, numbers.length, 1]) };
  const [values] = await run({ opset: 17, nodes, feeds, outputs: { y: 'float32' } });
  return values.filter((_, i) => i % 2 === 0).map((v) => v.toPrecision(3));
};
const seen = [await bins([3e38, 0, 0, 0]), await bins([3e38, 0, 0])];
const [four, three] = [Array(4).fill('3.00e+38'), Array(3).fill('3.00e+38')];
finding('DFT of 3e38 and zeros, real parts', [four, three], [four, Array(3).fill('NaN')], seen);
EOF
