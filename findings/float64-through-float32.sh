#!/bin/sh
# Operators of float64 that compute in float32 on the way: Shrink rounds what it lets pass, and Gelu by tanh has
# constants of float32 (right by erf). The results are off by 1e-10 and 5e-9, in a type that promises 1e-16.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

async function double(op, value, attributes) {
  const nodes = [{ op, inputs: ['x'], outputs: ['y'], attributes }];
  return (await run({ opset: 20, nodes, feeds: { x: tensor('float64', [value]) }, outputs: { y: 'float64' } }))[0][0];
}

finding('Shrink (lambd 0.5, bias 0) of 0.7000000001', 0.7000000001, 0.699999988079071, await double('Shrink', 0.7000000001));
const gelu = 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (1 + 0.044715)));
const digits = (value) => value.toFixed(9);
const seen = await double('Gelu', 1, { approximate: 'tanh' });
finding('Gelu by tanh of 1, nine digits', digits(gelu), '0.841191986', digits(seen));
EOF
