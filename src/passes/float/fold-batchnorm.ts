import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { constantOf, type GraphDraft, typeOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { type Affine, scaleOutputs, setParameters } from './affine.ts';
import { isOp, onlyOutput, soleProducer } from './match.ts';
import { type Rewrite, type Rule, rewriteGraph } from './rewrite.ts';

/** BatchNormalization of inference is scale[c] x + shift[c]. */
export const foldBatchNorm = definePass({
  name: 'fold-batchnorm',
  summary: 'Fold BatchNormalization into the layer before it, else turn it into Mul and Add.',
  requires: ['float-only'],
  provides: ['no-batchnorm'],
  defaults: {},
  run(graph, _options, ctx) {
    const result = rewriteGraph(graph, [intoLayer, intoMulAdd]);
    for (const node of result.nodes) {
      if (isOp(node, 'BatchNormalization')) ctx.remark(node, 'kept: it needs constant parameters and inference mode');
    }
    return result;
  },
});

const intoLayer: Rule = (graph, node) => {
  const affine = affineOf(graph, node);
  const float32 = typeOf(graph, node.inputs[0]).dtype === 'f32';
  const layer = float32 ? soleProducer(graph, node.inputs[0], 'Conv', 'ConvTranspose', 'Gemm') : null;
  const parameters = affine && layer && scaleOutputs(graph, layer, affine);
  const output = onlyOutput(node);
  if (!parameters || !output) return null;
  return {
    touches: [node, layer],
    apply(edit) {
      setParameters(edit, layer, parameters);
      edit.update(layer, { clip: node.clip });
      edit.replaceUses(output, must(layer.outputs[0], 'output of the layer'));
    },
  };
};

const intoMulAdd: Rule = (graph, node): Rewrite | null => {
  const affine = affineOf(graph, node);
  const output = onlyOutput(node);
  if (!affine || !output) return null;
  return { touches: [node], apply: (edit) => mulAdd(edit, graph, node, affine) };
};

function mulAdd(edit: GraphDraft, graph: Graph, node: Node, { scale, shift }: Affine): void {
  const output = must(node.outputs[0], 'output');
  const type = typeOf(graph, output);
  const shape = [scale.length, ...type.shape.slice(2).map(() => 1)];
  const factor = edit.constant(`${output}.scale`, tensorOf(type.dtype, shape, scale));
  const offset = edit.constant(`${output}.shift`, tensorOf(type.dtype, shape, shift));
  const product = edit.node({ op: 'Mul', inputs: [node.inputs[0] ?? null, factor] }, type, `${output}.scaled`);
  edit.update(node, { op: 'Add', inputs: [product, offset], attributes: {} });
}

/** scale = gamma / sqrt(variance + epsilon), shift = beta - mean scale; null without constants or in training mode. */
function affineOf(graph: Graph, node: Node): Affine | null {
  if (!isOp(node, 'BatchNormalization') || intAttribute(node, 'training_mode', 0) !== 0 || !onlyOutput(node))
    return null;
  const tensors = node.inputs.slice(1, 5).map((input) => constantOf(graph, input));
  const [gamma, beta, mean, variance] = tensors.map((tensor) => tensor && elementReader(tensor));
  if (!gamma || !beta || !mean || !variance) return null;
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const channels = tensors[0]?.data.length ?? 0;
  const scale = Float64Array.from({ length: channels }, (_, c) => gamma(c) / Math.sqrt(variance(c) + epsilon));
  return { scale, shift: scale.map((s, c) => beta(c) - mean(c) * s) };
}
