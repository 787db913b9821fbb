import { copyFile, type FileCopy } from '../frontend/file-copy.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, ValueName } from '../ir/types.ts';
import { largestOf } from '../metrics/index.ts';
import { openMeter, type Truth } from '../metrics/truth.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { UserError } from '../support/errors.ts';
import { plainWords } from '../support/runtime-words.ts';
import { graphRun } from './behind-steps.ts';
import { agrees, type Comparison } from './compare.ts';
import { cutToCounts } from './cut-to-counts.ts';
import { explained } from './explain-output.ts';
import { fileLayers, type LayersOfFile } from './file-layers.ts';
import { type Judgement, largestDistance, magnitude } from './file-output.ts';
import type { FileJudge, FileVerdict, Inference, JudgedC } from './file-verdict.ts';
import { offUpstream, upstreamOf } from './off-upstream.ts';
import { outputJudges } from './output-judges.ts';
import { codesAsNumbers } from './samples.ts';
import { wrongLayers } from './wrong-layers.ts';

/** Opens the file for comparison; one that onnxruntime cannot run gives a verdict that says why. */
export async function openFileJudge(
  model: JudgedC,
  { tolerance, truth, where }: Pick<Context, 'tolerance' | 'truth' | 'where'>,
): Promise<FileJudge> {
  if (!model.file) return notRun('the model did not come from a file');
  const copy = copyFile(model.file);
  try {
    return judge({ model, copy, both: await openBoth(copy, judgementOf(model)), tolerance, truth, where });
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
  readonly truth: Truth | null;
  /** The data set, for errors. */
  readonly where: string;
}

function judge({ model, copy, both: { disabled, basic }, tolerance, truth, where }: Context): FileJudge {
  const { graph, oracle, program, file, imported } = model;
  const judgement = judgementOf(model);
  const outputs = outputJudges(model, copy, judgement, tolerance);
  const behindSteps = graphRun(model);
  const layerwise = judgement === 'codes' ? !model.exactFile : judgement === 'close' && model.halves;
  const inside =
    file && imported && layerwise ? fileLayers({ file, imported, graph, oracle, outputs: program.outputs }) : null;
  const [port] = program.outputs;
  const meter = truth && port ? openMeter(truth, port.type.shape, where) : null;
  const answersIn = (numbers: ArrayLike<number>) => meter?.answers(numbers) ?? largestOf(numbers);
  /** Outputs that differed on a sample on which no layer before them did. */
  const unexplained = new Set<ValueName>();
  let [same, answers] = [0, 0];
  let unstable = false;
  let failure: string | null = null;

  const compare = async (
    sample: ReadonlyMap<ValueName, Tensor>,
    inference: Inference,
    labels: ArrayLike<number> | null,
  ) => {
    const { feed } = inference;
    const actual = cutToCounts(program, inference.outputs).map(({ data }) => data);
    const given =
      judgement === 'codes' ? new Map([...sample, ...codesAsNumbers(program.inputs, sample, feed)]) : sample;
    const expected = await disabled.run(given);
    const optimized = (await basic?.run(given).catch(() => null)) ?? null;
    if (optimized && farApart(expected, optimized, tolerance) && farApart(expected, await disabled.run(given), 0)) {
      unstable = true;
      return;
    }
    const differ: ValueName[] = [];
    for (const [i, output] of outputs.entries()) {
      const others = { expected: expected[i], optimized: optimized?.[i] ?? null };
      if (output.add(actual[i], others) > 0) differ.push(output.value);
      if (!behindSteps || output.agrees(actual[i], others)) continue;
      const ofGraph = (await behindSteps.run(feed)).map(({ data }) => data);
      output.graphAgrees.push(output.agrees(cutToCounts(program, ofGraph)[i]!.data, others));
    }
    const ofFile = numbersOf(expected[0]);
    const [one, other] = [answersIn(ofFile), answersIn(realNumbers({ ...port.type, data: actual[0] }, port.type))];
    same += one.filter((answer, i) => answer === other[i]).length;
    answers += one.length;
    if (labels) meter?.add(ofFile, labels);
    const layers = (await inside?.add(given, inference)) ?? null;
    if (!layers) return;
    for (const value of differ) {
      const before = upstreamOf(graph, value);
      if (![...layers].some((one) => before.has(one))) unexplained.add(value);
    }
  };

  const verdict = (layers: readonly Comparison[]): FileVerdict => {
    const ofFile = inside?.result() ?? null;
    const wrong = ofFile && wrongLayers(ofFile, graph, layers, tolerance);
    const graphIsRight = layers.length > 0 && layers.every((layer) => agrees(layer, tolerance));
    const results = outputs.map((output) =>
      explained(output.result(), {
        off: [...offLayers(output.value, layers), ...offInFile(output.value, ofFile, layers)],
        behindSteps: graphIsRight && output.graphAgrees.length > 0 && output.graphAgrees.every((one) => one),
        ofFile,
        ties: wrong && wrong.codes.length + wrong.others.length === 0 && isExplained(output.value, layers),
        judgement,
        tolerance,
      }),
    );
    const passed = results.length === copy.outputs.length && results.every((output) => output.agrees);
    const score = truth && meter ? { metric: truth.metric, value: meter.value() } : null;
    return { run: true, judgement, passed, outputs: results, layers: ofFile, wrong, agreement: same / answers, score };
  };
  /** Rounding inputs to float16 makes differences of its own. */
  const isExplained = (output: ValueName, layers: readonly Comparison[]) =>
    model.halves || !unexplained.has(output) || offLayers(output, layers).length > 0;
  const offLayers = (output: ValueName, layers: readonly Comparison[]) =>
    offUpstream(graph, layers, output).map(({ layer }) => layer);

  /** Layers of the file itself: the C's are right, and onnxruntime's integers of the graph too. */
  const offInFile = (output: ValueName, ofFile: LayersOfFile | null, layers: readonly Comparison[]) => {
    const needed = upstreamOf(graph, output);
    const off = (ofFile?.codes ?? []).filter((one) => one.off > 0 && needed.has(one.value));
    return off.map(({ value }) => layers.find((layer) => layer.value === value)?.layer ?? value);
  };

  return {
    async add(sample, inference, labels) {
      if (failure || unstable) return;
      await compare(sample, inference, labels).catch((error: unknown) => (failure = reasonOf(error)));
    },
    result(layers) {
      if (failure !== null) return { run: false, because: failure };
      if (!unstable) return verdict(layers);
      const off = [...new Set(outputs.flatMap(({ value }) => offLayers(value, layers)))];
      const why = off.length > 0 ? `onnxruntime is off in ${off.join(', ')}` : 'it draws random numbers';
      return { run: false, because: `it gives other results on the same sample: ${why}` };
    },
    async release() {
      await disabled.release();
      await basic?.release();
      await behindSteps?.release();
      await inside?.release();
    },
  };
}

function farApart(one: readonly Tensor[], other: readonly Tensor[], tolerance: number): boolean {
  return one.some((tensor, i) => largestDistance(tensor, other[i]) > tolerance * magnitude(tensor));
}

function notRun(because: string): FileJudge {
  return { add: async () => undefined, result: () => ({ run: false, because }), release: async () => undefined };
}

/** Only what onnxruntime says is a reason; anything else is a fault of ours. */
function reasonOf(error: unknown): string {
  if (!(error instanceof UserError) || error.problem.code !== 'RUNTIME') throw error;
  const { message, where, because = [] } = error.problem;
  return [plainWords(because[0] ?? message), ...(where ? [`(${where})`] : [])].join(' ');
}
