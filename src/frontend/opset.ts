import type { Graph } from '../ir/types.ts';

/**
 * Operator set of every Graph: the newest that onnxruntime 1.30 accepts. Files are written in it, too, unless it lacks a
 * kernel that an older one has (runnable-opset.ts).
 */
export const NEWEST_OPSET = 26;

/** Oldest operator set that onnxruntime has kernels for throughout. */
export const OLDEST_RUNNABLE_OPSET = 7;

/**
 * The oldest operator set in which integers of 16 bits are dequantized and pools in ceil mode mean what they do today:
 * files with nothing newer in them are open to more tools.
 */
const WIDESPREAD_OPSET = 22;
/** Operators that came after it. */
const NEWER = ['Attention', 'RMSNormalization', 'RotaryEmbedding', 'TensorScatter', 'Swish', 'CumProd', 'BitCast'];

/** The operator set to write a graph in that others are to read. */
export function widespreadOpset({ nodes }: Pick<Graph, 'nodes'>): number {
  return nodes.some(({ domain, op }) => domain === '' && NEWER.includes(op)) ? NEWEST_OPSET : WIDESPREAD_OPSET;
}

/** ONNX's IR version that came with an operator set. */
export function irVersionFor(opset: number): number {
  if (opset <= 22) return 10;
  return opset === 23 ? 11 : opset === 24 ? 12 : 13;
}

/** The one opset of these nodes (newer ones count as the newest that onnxruntime knows), or null. */
export function commonOpset(nodes: readonly { readonly domain: string; readonly opset: number }[]): number | null {
  const opsets = new Set(nodes.filter(({ domain }) => domain === '').map(({ opset }) => Math.min(opset, NEWEST_OPSET)));
  const [opset = NEWEST_OPSET] = opsets;
  return opsets.size <= 1 ? opset : null;
}
