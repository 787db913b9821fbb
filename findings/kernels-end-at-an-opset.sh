#!/bin/sh
# A float32 Swish runs at opset 24, where ONNX introduced it, and no longer at 25 and 26, which the package accepts
# and where the operator is the same, although ONNX defines Swish as a function of Sigmoid and Mul that needs no
# kernel. A float64 LeakyRelu runs at opsets 16 to 18 alone. Raising the opset of a model, or lowering it, can cost
# its kernels.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function kernel(op, type, opset) {
  const nodes = [{ op, inputs: ['x'], outputs: ['y'] }];
  try {
    await run({ opset, nodes, feeds: { x: tensor(type, [-1, 1]) }, outputs: { y: type } });
    return `${opset} runs`;
  } catch ({ message }) {
    return `${opset} ${message.includes('Could not find an implementation') ? 'no kernel' : message}`;
  }
}

async function kernels(op, type, opsets) {
  return Promise.all(opsets.map((opset) => kernel(op, type, opset)));
}

finding(
  'Swish of float32 by opset',
  ['24 runs', '25 runs', '26 runs'],
  ['24 runs', '25 no kernel', '26 no kernel'],
  await kernels('Swish', 'float32', [24, 25, 26]),
);
finding(
  'LeakyRelu of float64 by opset',
  ['15 runs', '16 runs', '18 runs', '19 runs', '24 runs'],
  ['15 no kernel', '16 runs', '18 runs', '19 no kernel', '24 no kernel'],
  await kernels('LeakyRelu', 'float64', [15, 16, 18, 19, 24]),
);
EOF
