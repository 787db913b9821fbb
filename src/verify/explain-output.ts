import type { ValueName } from '../ir/types.ts';
import { allowedError } from './compare.ts';
import type { LayersOfFile } from './file-layers.ts';
import type { FileOutput, Judgement } from './file-output.ts';

/** What may account for an output that differs from the file's. */
export interface Explanations {
  /** Layers before it on which onnxruntime is off. */
  readonly off: readonly string[];
  /** Every layer of the C agrees, and the graph, run by onnxruntime, agrees with the file. */
  readonly behindSteps: boolean;
  /** The layers of the file, each behind what the C fed it. */
  readonly ofFile: LayersOfFile | null;
  /** None of those differs but at ties, and some do wherever the output does; null: they were not compared. */
  readonly ties: boolean | null;
  readonly judgement: Judgement;
  readonly tolerance: number;
}

/** The output, with what accounts for its difference where something does. */
export function explained(output: FileOutput, explanations: Explanations): FileOutput {
  const { behindSteps, ofFile, ties, judgement, tolerance } = explanations;
  if (output.agrees && (judgement === 'close' || ties === null)) return output;
  const off = output.different > 0 ? explanations.off : [];
  if (ofFile && ties !== null)
    return { ...output, ...(ofFile.halves ? {} : behindC(ofFile, output.value, tolerance)), agrees: ties, ties, off };
  const steps = off.length === 0 && behindSteps;
  return { ...output, agrees: steps || off.length > 0, steps, off };
}

/** An output that is no codes is compared with what the file computes behind the last codes of the C. */
function behindC({ others }: LayersOfFile, output: ValueName, tolerance: number): Partial<FileOutput> {
  const one = others.find(({ value }) => value === output);
  if (!one) return {};
  const { different, maxError, range } = one;
  return { different, maxError, range, allowed: allowedError(one, tolerance) };
}
