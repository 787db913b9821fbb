#!/bin/sh
# A sequence of length 0 does not keep its initial state: RNN, GRU and LSTM give 0 as its last hidden state, not
# initial_h. Who feeds a stream in chunks and hands Y_h back as initial_h loses the state of each stream that had
# nothing new.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const initial = 0.25;

async function lastState(op, gates) {
  const inputs = ['x', 'w', 'r', '', 'lengths', 'initial'];
  const nodes = [{ op, inputs, outputs: ['', 'last'], attributes: { hidden_size: 1 } }];
  const weights = tensor('float32', Array(gates).fill(0.5), [1, gates, 1]);
  const feeds = {
    x: tensor('float32', [1, 1], [1, 2, 1]), // one step, a batch of two
    w: weights,
    r: weights,
    lengths: tensor('int32', [0, 1]),
    initial: tensor('float32', [initial, initial], [1, 2, 1]),
  };
  const [last] = await run({ opset: 21, nodes, feeds, outputs: { last: 'float32' } });
  return last[0];
}

for (const [op, gates] of [['RNN', 1], ['GRU', 3], ['LSTM', 4]]) {
  finding(`${op}, Y_h of length 0 with initial_h ${initial}`, initial, 0, await lastState(op, gates));
}
EOF
