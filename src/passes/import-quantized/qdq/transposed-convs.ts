import { constantOf, type GraphDraft, producerOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../../ir/types.ts';
import { isOp, onlyOutput } from '../../float/match.ts';
import { type Rule, rewriteGraph } from '../../float/rewrite.ts';
import {
  axesOf,
  type Phases,
  phaseBias,
  phasesOf,
  phaseWeights,
  spell,
} from '../../quantize/spell-out/conv-transpose.ts';
import { isPlain, type Scales, scalesOf } from './scales.ts';
import { targetOf } from './targets.ts';

/** Transposed convolutions between codes are written as the pass spell-out writes them, with the codes that the file has. */
export function spellTransposedConvs(graph: Graph): Graph {
  return graph.annotations ? graph : rewriteGraph(graph, [quantizedConvTranspose]);
}

const quantizedConvTranspose: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x, w, bias] = node.inputs;
  const weights = dequantized(graph, w);
  if (!isOp(node, 'ConvTranspose') || !output || !x || !weights || !targetOf(graph, output)) return null;
  const { shape } = weights.tensor;
  const axes = shape.length > 4 ? null : axesOf(graph, node, shape.slice(2));
  const added = bias == null ? null : (dequantized(graph, bias) ?? constantOf(graph, bias));
  const channels = weights.scales.axis;
  if (!axes || (bias != null && !added) || (channels !== null && channels !== 1)) return null;
  const phases = phasesOf(node, shape, axes);
  const constants = (edit: GraphDraft) => {
    const zeros = weights.scales.zeroPoint;
    const taps = phaseWeights(weights.tensor, phases, (channel) => zeros[zeros.length === 1 ? 0 : channel]!);
    const inputs = [dequantize(edit, `${output}.phases`, taps, weights.scales, phases)];
    if (added) inputs.push(biasOf(edit, `${output}.biases`, added, phases));
    return inputs;
  };
  return { touches: [node], apply: (edit) => spell(edit, graph, node, { x, output, phases, constants }) };
};

/** Constant integers and what a DequantizeLinear makes of them. */
interface Dequantized {
  readonly tensor: Tensor;
  readonly scales: Scales;
}

function dequantized(graph: Graph, value: ValueName | null | undefined): Dequantized | null {
  const node = producerOf(graph, value);
  const tensor = constantOf(graph, node?.inputs[0]);
  const scales = node && isPlain(node, 'DequantizeLinear') ? scalesOf(graph, node) : null;
  return tensor && scales ? { tensor, scales } : null;
}

function biasOf(edit: GraphDraft, hint: ValueName, bias: Dequantized | Tensor, phases: Phases): ValueName {
  if (!('tensor' in bias)) return edit.constant(hint, phaseBias(bias, phases));
  return dequantize(edit, hint, phaseBias(bias.tensor, phases), bias.scales, phases);
}

/** A scale for each row, where channels have scales of their own: of weights one for all groups, of a bias one for each channel. */
function dequantize(
  edit: GraphDraft,
  hint: ValueName,
  tensor: Tensor,
  { dtype, scale, zeroPoint, axis }: Scales,
  { groups, count, perGroup }: Phases,
): ValueName {
  const rows = groups * count * perGroup;
  const own = (row: number) => {
    const group = Math.floor(row / perGroup / count);
    return scale.length === perGroup ? row % perGroup : group * perGroup + (row % perGroup);
  };
  const spread = (list: readonly number[]) =>
    axis === null ? [list[0]!] : Array.from({ length: rows }, (_, row) => list[own(row)]!);
  const shape = axis === null ? [] : [rows];
  const inputs = [
    edit.constant(hint, tensor),
    edit.constant(`${hint}.scale`, tensorOf('f32', shape, spread(scale))),
    edit.constant(`${hint}.zero_point`, tensorOf(dtype, shape, spread(zeroPoint))),
  ];
  const type = { dtype: 'f32', shape: tensor.shape, quant: null } as const;
  return edit.node({ op: 'DequantizeLinear', inputs, attributes: { axis: 0 } }, type, `${hint}.real`);
}
