import { floatAttribute, intAttribute, intsAttribute } from '../../../ir/attributes.ts';
import { typeOf } from '../../../ir/graph.ts';
import { elementCount, normalizeAxis } from '../../../ir/shape.ts';
import type { Graph, Node } from '../../../ir/types.ts';
import { isOp, onlyOutput } from '../../float/match.ts';
import type { Deviation } from '../../float/normalization/deviation.ts';
import { planned } from '../../float/normalization/emit.ts';
import type { Rewrite, Rule } from '../../float/rewrite.ts';

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

/** Unit length along an axis is unit mean square over the root of how many there are. */
export const lpToRms: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x] = node.inputs;
  if (!isOp(node, 'LpNormalization') || !output || !x || intAttribute(node, 'p', 2) !== 2) return null;
  const { shape } = typeOf(graph, x);
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
  const size = shape[axis];
  return size === 0
    ? null
    : normalization(graph, node, { x, axes: [axis], centred: false, factor: size, epsilon: TINY });
};

/** As ONNX defines it: axes 0, 2 and 3 unless told, an epsilon that only keeps it from dividing zeros. */
export const meanVarianceToLayer: Rule = (graph, node) => {
  const [x] = node.inputs;
  if (!isOp(node, 'MeanVarianceNormalization') || !onlyOutput(node) || !x) return null;
  const { shape } = typeOf(graph, x);
  if (elementCount(shape) === 0) return null;
  const axes = intsAttribute(node, 'axes', [0, 2, 3]).map((axis) => normalizeAxis(axis, shape.length));
  const sorted = [...new Set(axes)].sort((a, b) => a - b);
  return normalization(graph, node, { x, axes: sorted, centred: true, factor: 1, epsilon: TINY });
};

const TINY = 1e-18;

function normalization(graph: Graph, node: Node, of: Deviation): Rewrite | null {
  const scale = { shape: typeOf(graph, of.x).shape.map(() => 1), data: [1] };
  const apply = planned(graph, node, { ...of, root: of.x, scale, bias: null });
  return apply && { touches: [node], apply };
}
