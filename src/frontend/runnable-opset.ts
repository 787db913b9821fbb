import type { DType, Graph, Node } from '../ir/types.ts';
import { own } from '../support/own.ts';
import { NEWEST_KERNELS } from './newest-kernels.ts';
import { NEWEST_OPSET } from './opset.ts';

/** The operator set from which on a Graph's form of an operator is legal, where that is not 18. */
const FORM_SINCE: Readonly<Record<string, number>> = {
  AffineGrid: 20,
  Attention: 23,
  AveragePool: 19,
  BitCast: 26,
  CumProd: 26,
  DFT: 20,
  DeformConv: 19,
  DequantizeLinear: 21,
  Gelu: 20,
  GridSample: 20,
  GroupNormalization: 21,
  Pad: 19,
  QuantizeLinear: 21,
  RMSNormalization: 23,
  Resize: 19,
  RotaryEmbedding: 23,
  Swish: 24,
  TensorScatter: 24,
};
const OLDEST_FORM = 18;
/** Pools in ceil mode mean what they do today. */
const CEIL_MODE_SINCE = 22;
/** Element types by the operator set that brought them. */
const TYPE_SINCE: Readonly<Partial<Record<DType, number>>> = { i4: 21, u4: 21, i2: 25, u2: 25 };

/**
 * The newest operator set in which onnxruntime has kernels for all of the graph and the graph's form is legal. Where there
 * is none, the newest of all: onnxruntime then names the node it cannot run.
 */
export function runnableOpset(graph: Pick<Graph, 'nodes' | 'types'>): number {
  const nodes = graph.nodes.filter(({ domain }) => domain === '');
  const newest = Math.min(NEWEST_OPSET, ...nodes.map((node) => newestKernel(node.op, dtypeOf(graph, node))));
  if (newest === NEWEST_OPSET) return newest;
  const types = [...graph.types.values()].map(({ dtype }) => TYPE_SINCE[dtype] ?? OLDEST_FORM);
  return newest >= Math.max(...nodes.map(formSince), ...new Set(types)) ? newest : NEWEST_OPSET;
}

/** The newest operator set in which onnxruntime runs the operator on elements of a type. */
export function newestKernel(op: string, dtype: DType | null): number {
  return (dtype && own(NEWEST_KERNELS, op)?.[dtype]) ?? NEWEST_OPSET;
}

function dtypeOf({ types }: Pick<Graph, 'types'>, { inputs }: Node): DType | null {
  return inputs[0] == null ? null : (types.get(inputs[0])?.dtype ?? null);
}

function formSince({ op, attributes }: Node): number {
  if (/Pool$/.test(op) && attributes.ceil_mode === 1) return CEIL_MODE_SINCE;
  return own(FORM_SINCE, op) ?? OLDEST_FORM;
}
