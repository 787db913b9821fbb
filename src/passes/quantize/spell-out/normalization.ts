import { floatAttribute, intAttribute } from '../../../ir/attributes.ts';
import { typeOf } from '../../../ir/graph.ts';
import { normalizeAxis } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import { isOp, onlyOutput } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';

/** The sum first, then the normalization of it. */
export const skipToSum: Rule = (graph, node) => {
  const [x, skip, gamma, beta, bias] = node.inputs;
  const [output, mean, deviation, sum] = node.outputs;
  const skips = node.op === 'SkipLayerNormalization' && node.domain === 'com.microsoft';
  if (!skips || !output || !x || !skip || mean != null || deviation != null) return null;
  return {
    touches: [node],
    apply(edit) {
      const type = typeOf(graph, x);
      const both = edit.node({ op: 'Add', inputs: [x, skip] }, type, `${output}.sum`);
      const total = bias == null ? both : edit.node({ op: 'Add', inputs: [both, bias] }, type, `${output}.biased`);
      const attributes = { axis: -1, epsilon: floatAttribute(node, 'epsilon', 1e-12) };
      if (sum != null) edit.replaceUses(sum, total);
      const inputs = beta == null ? [total, gamma ?? null] : [total, gamma ?? null, beta];
      edit.update(node, { op: 'LayerNormalization', domain: '', inputs, outputs: [output], attributes });
    },
  };
};

/** Unit length along the last axis is unit mean square over the root of how many there are. */
export const lpToRms: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x] = node.inputs;
  if (!isOp(node, 'LpNormalization') || !output || !x || intAttribute(node, 'p', 2) !== 2) return null;
  const { shape } = typeOf(graph, x);
  const size = shape[shape.length - 1];
  if (normalizeAxis(intAttribute(node, 'axis', -1), shape.length) !== shape.length - 1 || size === 0) return null;
  return {
    touches: [node],
    apply(edit) {
      const scale = edit.constant(`${output}.scale`, tensorOf('f32', [1], [1 / Math.sqrt(size)]));
      edit.update(node, { op: 'RMSNormalization', inputs: [x, scale], attributes: { axis: -1, epsilon: 1e-12 } });
    },
  };
};
