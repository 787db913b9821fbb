#!/bin/sh
# Cast of float32 to int8 cuts the fraction off; Cast to int4 in the same model rounds, halves away from zero, and
# wraps what does not fit: 7.5 becomes -8. Between QuantizeLinear (saturates, halves to even) and Cast, weights of 4
# bits differ.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { ELEMENT_TYPES, finding, run, tensor } from './onnx.mjs';

const values = [0.5, 1.5, 2.5, -1.5, 6.5, 7.5];

async function castTo(type) {
  const nodes = [
    { op: 'Cast', inputs: ['x'], outputs: ['narrow'], attributes: { to: ELEMENT_TYPES[type] } },
    { op: 'Cast', inputs: ['narrow'], outputs: ['y'], attributes: { to: ELEMENT_TYPES.int32 } },
  ];
  const [codes] = await run({ opset: 21, nodes, feeds: { x: tensor('float32', values) }, outputs: { y: 'int32' } });
  return codes;
}

finding(`Cast of ${values} to int8`, [0, 1, 2, -1, 6, 7], [0, 1, 2, -1, 6, 7], await castTo('int8'));
finding(`Cast of ${values} to int4`, [0, 1, 2, -1, 6, 7], [1, 2, 3, -2, 7, -8], await castTo('int4'));
EOF
