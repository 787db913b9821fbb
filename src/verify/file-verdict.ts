import type { ModelFile } from '../frontend/file-copy.ts';
import type { Program } from '../ir/program.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import type { Score } from '../metrics/index.ts';
import type { Comparison } from './compare.ts';
import type { LayersOfFile } from './file-layers.ts';
import type { FileOutput, Judgement } from './file-output.ts';

/** What the judge of the file is told about the generated C. */
export interface JudgedC {
  readonly file?: ModelFile;
  /** Of the C. */
  readonly precision?: 'float32' | 'int8';
  /** Whether the file says itself which of its values are integers. */
  readonly quantizedFile?: boolean;
  /** Such a file, and float32 computes it without rounding: no code may differ (quant/closed.ts). */
  readonly exactFile?: boolean;
  /** The file as it was read. */
  readonly imported?: Graph;
  /** The file computes some values in float16, the C in float32. */
  readonly halves?: boolean;
  readonly graph: Graph;
  readonly oracle: Graph;
  readonly program: Pick<Program, 'inputs' | 'outputs' | 'sizes'>;
}

/** One inference of the generated C: its inputs and outputs in ONNX order, codes where it has codes. */
export interface Inference {
  readonly feed: ReadonlyMap<ValueName, Tensor>;
  readonly outputs: readonly TypedArray[];
  /** Of the values inside that it shows, in its order; none where layers are not compared. */
  readonly values: ReadonlyMap<ValueName, TypedArray>;
}

/** How the C compares with the user's file, which onnxruntime runs as it stands. */
export type FileVerdict =
  | {
      readonly run: true;
      readonly judgement: Judgement;
      readonly passed: boolean;
      readonly outputs: readonly FileOutput[];
      /** A file that is quantized or rounds to float16, each layer behind what the C fed its own; null where that was not asked for, or no code may differ. */
      readonly layers: LayersOfFile | null;
      /** Those of them that differ. */
      readonly wrong: LayersOfFile | null;
      /** Share of samples in which both have the same largest element of the first output, 0 .. 1; by miou, of places. */
      readonly agreement: number;
      /** Of the file against the labels; null without any. */
      readonly score: Score | null;
    }
  | { readonly run: false; readonly because: string };

/**
 * What has the last word: the user's file, run by onnxruntime; where it does not run, the ONNX definition of its operators
 * spelled in those that onnxruntime has, or the integer arithmetic that int8 layers are specified by.
 */
export type Judged = 'file' | 'expansion' | 'specification';

export function judgedBy({ precision }: JudgedC, file: FileVerdict | null): Judged {
  if (file?.run) return 'file';
  return precision === 'int8' ? 'specification' : 'expansion';
}

/** A file that was not run says nothing against the C. */
export function filePassed(file: FileVerdict | null): boolean {
  return !file?.run || file.passed;
}

export interface FileJudge {
  /** `sample`: what the model was given, as the file takes it; `labels`: those of the data set, if it has any. */
  add(sample: ReadonlyMap<ValueName, Tensor>, inference: Inference, labels: ArrayLike<number> | null): Promise<void>;
  /** `layers`: what the judge of layers found; an output behind one on which onnxruntime is off is not held against the C. */
  result(layers: readonly Comparison[]): FileVerdict;
  release(): Promise<void>;
}
