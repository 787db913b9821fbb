import { copyFile, type FileCopy, type ModelFile } from '../frontend/file-copy.ts';
import type { Port } from '../ir/program.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { dequantizeArray } from '../quant/affine.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { must, UserError } from '../support/errors.ts';
import { isClosed, stepOf } from './code-steps.ts';
import type { Comparison } from './compare.ts';
import {
  type FileOutput,
  type Judgement,
  largestDistance,
  magnitude,
  type OutputMeter,
  outputMeter,
} from './file-output.ts';
import { offUpstream } from './off-upstream.ts';
import { rulesOf } from './rules.ts';

/** What the judge of the file is told about the generated C. */
export interface JudgedC {
  readonly file?: ModelFile;
  /** Of the C. */
  readonly precision?: 'float32' | 'int8';
  /** Whether the file says itself which of its values are integers. */
  readonly quantizedFile?: boolean;
  readonly graph: Graph;
  readonly program: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] };
}

/** One inference of the generated C: its inputs and outputs in ONNX order, codes where it has codes. */
export interface Inference {
  readonly feed: ReadonlyMap<ValueName, Tensor>;
  readonly outputs: readonly TypedArray[];
}

/** How the C compares with the user's file, which onnxruntime runs as it stands. */
export type FileVerdict =
  | {
      readonly run: true;
      readonly judgement: Judgement;
      readonly passed: boolean;
      readonly outputs: readonly FileOutput[];
      /** Share of samples in which both have the same largest element of the first output, 0 .. 1. */
      readonly agreement: number;
      /** Share of samples in which the file's is the label's; null without labels. */
      readonly top1: number | null;
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
  /** `sample`: what the model was given, as the file takes it. */
  add(sample: ReadonlyMap<ValueName, Tensor>, inference: Inference): Promise<void>;
  /** `layers`: what the judge of layers found; an output behind one on which onnxruntime is off is not held against the C. */
  result(layers: readonly Comparison[]): FileVerdict;
  release(): Promise<void>;
}

/** Opens the file for comparison; one that onnxruntime cannot run gives a verdict that says why. */
export async function openFileJudge(
  model: JudgedC,
  { tolerance, labels }: { readonly tolerance: number; readonly labels: Int32Array | null },
): Promise<FileJudge> {
  if (!model.file) return notRun('the model did not come from a file');
  const copy = copyFile(model.file);
  try {
    return judge({ model, copy, both: await openBoth(copy, judgementOf(model)), tolerance, labels });
  } catch (error) {
    return notRun(reasonOf(error));
  }
}

/**
 * close    float C of a float file.
 * codes    C of a file that is quantized itself: the same integers.
 * quality  int8 C of a float file: it computes something else on purpose.
 */
function judgementOf({ precision = 'float32', quantizedFile = false }: JudgedC): Judgement {
  if (quantizedFile) return 'codes';
  return precision === 'int8' ? 'quality' : 'close';
}

/** As it stands, and as onnxruntime optimizes it: how far it is from itself. */
interface Both {
  readonly disabled: FileSession;
  readonly basic: FileSession | null;
}

async function openBoth(copy: FileCopy, judgement: Judgement): Promise<Both> {
  const disabled = await openFile(copy);
  if (judgement !== 'close') return { disabled, basic: null };
  return { disabled, basic: await openFile(copy, { optimize: 'basic' }).catch(() => null) };
}

interface Context {
  readonly model: JudgedC;
  readonly copy: FileCopy;
  readonly both: Both;
  readonly tolerance: number;
  readonly labels: Int32Array | null;
}

function judge({ model, copy, both: { disabled, basic }, tolerance, labels }: Context): FileJudge {
  const judgement = judgementOf(model);
  const { inputs, outputs } = model.program;
  const closed = judgement === 'codes' && isClosed(model.graph);
  const rules = rulesOf(model.graph, new Set());
  const meters = outputs.map((port, i): OutputMeter => {
    const rule = rules.get(port.value) ?? { kind: 'equal', floor: 0, cancels: false };
    const step = judgement === 'codes' ? stepOf(model.graph, port.value) : null;
    return outputMeter(port, { rule, judgement, fileDtype: copy.outputs[i]?.dtype ?? null, step, closed });
  });
  const winners: number[] = [];
  let same = 0;
  let failure: string | null = null;

  const compare = async (sample: ReadonlyMap<ValueName, Tensor>, { feed, outputs: actual }: Inference) => {
    const given = judgement === 'codes' ? new Map([...sample, ...codesAsNumbers(inputs, sample, feed)]) : sample;
    const expected = await disabled.run(given);
    const optimized = (await basic?.run(given).catch(() => null)) ?? null;
    if (optimized && farApart(expected, optimized, tolerance) && farApart(expected, await disabled.run(given), 0)) {
      failure = 'it gives other results on the same sample: it draws random numbers';
      return;
    }
    for (const [i, meter] of meters.entries()) meter.add(actual[i], expected[i], optimized?.[i] ?? null);
    winners.push(largest(expected[0].data));
    if (largest(actual[0]) === winners.at(-1)) same++;
  };
  return {
    async add(sample, inference) {
      if (failure === null) await compare(sample, inference).catch((error: unknown) => (failure = reasonOf(error)));
    },
    result(layers) {
      if (failure !== null) return { run: false, because: failure };
      const results = meters.map((meter) => {
        const output = meter.result(tolerance);
        if (output.agrees) return output;
        const off = offUpstream(model.graph, layers, output.value).map(({ layer }) => layer);
        return { ...output, agrees: off.length > 0, off };
      });
      const passed = results.every(({ agrees }) => agrees);
      return {
        run: true,
        judgement,
        passed,
        outputs: results,
        agreement: same / winners.length,
        top1: top1(winners, labels),
      };
    },
    async release() {
      await disabled.release();
      await basic?.release();
    },
  };
}

function farApart(one: readonly Tensor[], other: readonly Tensor[], tolerance: number): boolean {
  return one.some((tensor, i) => largestDistance(tensor, other[i]) > tolerance * magnitude(tensor));
}

/** Where the C takes codes and the file numbers, the file is given the numbers that the codes stand for. */
function codesAsNumbers(
  inputs: readonly Port[],
  sample: ReadonlyMap<ValueName, Tensor>,
  feed: ReadonlyMap<ValueName, Tensor>,
): [ValueName, Tensor][] {
  return inputs.flatMap(({ value, type: { quant, shape } }) => {
    if (!quant || sample.get(value)?.dtype !== 'f32') return [];
    const { data } = must(feed.get(value), value);
    const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
    return [[value, { dtype: 'f32' as const, shape, data: dequantizeArray(data as Int8Array, affine) }]];
  });
}

function notRun(because: string): FileJudge {
  return { add: async () => undefined, result: () => ({ run: false, because }), release: async () => undefined };
}

/** Only what onnxruntime says is a reason; anything else is a fault of ours. */
function reasonOf(error: unknown): string {
  if (!(error instanceof UserError) || error.problem.code !== 'RUNTIME') throw error;
  const { message, where, because = [] } = error.problem;
  return [because[0] ?? message, ...(where ? [`(${where})`] : [])].join(' ');
}

export function largest(data: ArrayLike<number | bigint>): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  return best;
}

/** Share of samples whose largest output is the label's. */
export function top1(winners: readonly number[], labels: Int32Array | null): number | null {
  if (!labels || winners.length === 0) return null;
  return winners.filter((winner, i) => winner === labels[i]).length / winners.length;
}
