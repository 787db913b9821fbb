#!/bin/sh
# ONNX promises that activations of RNN without activation_alpha have the defaults of the operators of the same name.
# That holds for LeakyRelu; ThresholdedRelu alone cuts at 1, inside an RNN at 0, and Affine without alpha makes every
# state 0.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

// One step, W = 1, R = 0: the state is the activation of x.
async function inRnn(activation, x) {
  const attributes = { hidden_size: 1, activations: [activation] };
  const nodes = [{ op: 'RNN', inputs: ['x', 'w', 'r'], outputs: ['', 'y'], attributes }];
  const feeds = Object.fromEntries(
    Object.entries({ x, w: 1, r: 0 }).map(([name, value]) => [name, tensor('float32', [value], [1, 1, 1])]),
  );
  return (await run({ opset: 21, nodes, feeds, outputs: { y: 'float32' } }))[0][0];
}

async function alone(op, x) {
  const nodes = [{ op, inputs: ['x'], outputs: ['y'] }];
  return (await run({ opset: 21, nodes, feeds: { x: tensor('float32', [x]) }, outputs: { y: 'float32' } }))[0][0];
}

const leaky = await alone('LeakyRelu', -0.5);
finding('RNN with LeakyRelu of -0.5', leaky, Math.fround(-0.005), await inRnn('LeakyRelu', -0.5));
const thresholded = await alone('ThresholdedRelu', 0.5);
finding('RNN with ThresholdedRelu of 0.5', thresholded, 0.5, await inRnn('ThresholdedRelu', 0.5));
finding('RNN with Affine of 0.5', 0.5, 0, await inRnn('Affine', 0.5));
EOF
