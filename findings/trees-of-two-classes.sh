#!/bin/sh
# A TreeEnsembleClassifier of two classes that both have weights: ONNX lets the highest sum choose among the class labels.
# onnxruntime says 1 or 0 by the sign of the second sum, whatever the labels are; of three classes it says the labels.
. "$(dirname "$0")/onnxruntime.sh"
node --input-type=module <<'EOF'
import { finding, run, tensor } from './onnx.mjs';

// One leaf with a weight for each class.
async function label(classes, weights) {
  const ids = weights.map((_, i) => i);
  const zeros = weights.map(() => 0);
  const attributes = {
    nodes_treeids: [0], nodes_nodeids: [0], nodes_featureids: [0], nodes_modes: ['LEAF'], nodes_values: { floats: [0] },
    nodes_truenodeids: [0], nodes_falsenodeids: [0],
    class_treeids: zeros, class_nodeids: zeros, class_ids: ids, class_weights: { floats: weights }, classlabels_int64s: classes,
  };
  const nodes = [{ op: 'TreeEnsembleClassifier', domain: 'ai.onnx.ml', inputs: ['x'], outputs: ['y', 'z'], attributes }];
  const [y] = await run({ opset: 17, nodes, feeds: { x: tensor('float32', [0], [1, 1]) }, outputs: { y: 'int64' } });
  return y;
}

finding('classes 5, 6 and 7, sums 0.5, 0.25 and 0', [5], [5], await label([5, 6, 7], [0.5, 0.25, 0]));
finding('classes 5 and 6, sums 0.5 and 0.25', [5], [1], await label([5, 6], [0.5, 0.25]));
finding('classes 5 and 6, sums 0.5 and -0.25', [5], [0], await label([5, 6], [0.5, -0.25]));
EOF
