import { isPacked } from '../../src/ir/tensor.ts';
import { operatorsSideBySide } from './operators.ts';
import { layersTo, type Quantized, quantizedTo } from './quantized.ts';

/** Bits of input and output, and how the weights are stored: 4-bit codes meet every way in which weights are read. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'layers with plain and inline weights': ['44.int8', '48.int4', '84.int2', '44.ternary', '84.int8'],
  'layers with weights that are unpacked': ['44.codebook-16', '48.int4+huffman', '84.codebook-9', '44.pow2p-4'],
};
const OPERATORS = 'operators';
export const CASES = [...Object.keys(LAYERS), OPERATORS];
export const PACKED = [isPacked, /\.[48]4/] as const;
/** Cores that compile C that others compile as well: each runs the case at its place in each test, the others in test/long. */
export const IN_TURNS = ['cortex-m33', 'cortex-m0', 'cortex-m3'];

/** The graphs of all cases. */
export async function packedCases(): Promise<ReadonlyMap<string, Quantized>> {
  const { graph, activations } = operatorsSideBySide();
  const cases = new Map([[OPERATORS, await quantizedTo(graph, activations)]]);
  for (const [name, suffixes] of Object.entries(LAYERS)) cases.set(name, await layersTo(suffixes, 4));
  return cases;
}
