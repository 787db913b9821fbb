#!/bin/sh
# set_denormal_as_zero of the first session of a process sets the mode of the thread that creates it, and for good: numbers below
# 2.2e-308 are zeros in all JavaScript behind it. That of a later session sets nothing there.
. "$(dirname "$0")/onnxruntime.sh"
cat >once.mjs <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

const nodes = [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }];
const feeds = { x: tensor('float32', [1e-40]) };
const flush = { extra: { session: { set_denormal_as_zero: '1' } }, intraOpNumThreads: 1 };
const tiny = [2 ** -1060];
const seen = [];
for (const options of process.argv[2] === 'first' ? [flush] : [{}, flush]) {
  const [[sum]] = await run({ opset: 13, nodes, feeds, outputs: { y: 'float32' }, options });
  seen.push(sum > 0 ? 'kept by the session' : 'zero in the session', tiny[0] * 3 > 0 ? 'kept in JavaScript' : 'zero in JavaScript');
}
const zero = ['zero in the session', 'kept in JavaScript'];
const kept = ['kept by the session', 'kept in JavaScript'];
if (process.argv[2] === 'first') finding('a first session without denormals', zero, ['zero in the session', 'zero in JavaScript'], seen);
else finding('a second session without denormals', [...kept, ...zero], [...kept, ...kept], seen);
EOF
node once.mjs first
node once.mjs second
