import { agrees, type Comparison } from './compare.ts';
import type { LayersOfFile } from './file-layers.ts';

/**
 * What differs between the layers of a quantized file and those of the C: codes that are at no tie, and real numbers by more
 * than those of the graph may (with the noise that these showed, and not where onnxruntime is off).
 */
export function wrongLayers(
  { codes, others }: LayersOfFile,
  ofGraph: readonly Comparison[],
  tolerance: number,
): LayersOfFile {
  const known = new Map(ofGraph.map((layer) => [layer.value, layer]));
  const isRight = (one: Comparison) => {
    const { noise = 0, off = null } = known.get(one.value) ?? {};
    return off !== null || agrees({ ...one, noise }, tolerance);
  };
  return { codes: codes.filter(({ wrong }) => wrong > 0), others: others.filter((one) => !isRight(one)) };
}
