import { copyFile, type FileCopy } from '../frontend/file-copy.ts';
import { typeOf } from '../ir/graph.ts';
import type { Port } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { type FileSession, openFile } from '../runtime/file-session.ts';
import { UserError } from '../support/errors.ts';
import { graphRun } from './behind-steps.ts';
import { stepOf } from './code-steps.ts';
import { agrees, allowedError } from './compare.ts';
import { fileLayers, type LayersOfFile } from './file-layers.ts';
import {
  type FileOutput,
  type Judgement,
  largestDistance,
  magnitude,
  type OutputMeter,
  outputMeter,
} from './file-output.ts';
import type { FileJudge, Inference, JudgedC } from './file-verdict.ts';
import { offUpstream } from './off-upstream.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';
import { codesAsNumbers } from './samples.ts';
import { largest, top1 } from './top1.ts';
import { rowsOf, sortedRows, unsortedResult } from './unsorted.ts';
import { wrongLayers } from './wrong-layers.ts';

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
  const { graph, program } = model;
  const judgement = judgementOf(model);
  const meterOf = meters(model, copy, judgement);
  const outputs = program.outputs.map((port, i) => ({
    meter: meterOf(port, i),
    inOrder: orderOf(graph, port),
    /** Samples on which the C and the file differ: whether the graph, run by onnxruntime, agrees with the file there. */
    graphAgrees: [] as boolean[],
  }));
  const behindSteps = graphRun(model);
  const inside =
    model.file && model.imported && (judgement === 'codes' ? !model.exactFile : judgement === 'close' && model.halves)
      ? fileLayers({
          file: model.file,
          imported: model.imported,
          graph,
          oracle: model.oracle,
          outputs: program.outputs,
        })
      : null;
  const winners: number[] = [];
  let same = 0;
  let failure: string | null = null;

  const compare = async (sample: ReadonlyMap<ValueName, Tensor>, inference: Inference) => {
    const { feed, outputs: actual } = inference;
    const given =
      judgement === 'codes' ? new Map([...sample, ...codesAsNumbers(program.inputs, sample, feed)]) : sample;
    const expected = await disabled.run(given);
    const optimized = (await basic?.run(given).catch(() => null)) ?? null;
    if (optimized && farApart(expected, optimized, tolerance) && farApart(expected, await disabled.run(given), 0)) {
      failure = 'it gives other results on the same sample: it draws random numbers';
      return;
    }
    for (const [i, { meter, inOrder, graphAgrees }] of outputs.entries()) {
      const file = { ...expected[i], data: inOrder(expected[i].data) };
      const other = optimized && { ...optimized[i], data: inOrder(optimized[i].data) };
      const agrees = (data: TypedArray) => {
        const one = meterOf(program.outputs[i], i);
        one.add(inOrder(data), file, other);
        return one.result(tolerance).agrees;
      };
      meter.add(inOrder(actual[i]), file, other);
      if (agrees(actual[i])) continue;
      if (behindSteps) graphAgrees.push(agrees((await behindSteps.run(feed))[i].data));
    }
    await inside?.add(given, inference);
    winners.push(largest(expected[0].data));
    if (largest(actual[0]) === winners.at(-1)) same++;
  };
  return {
    async add(sample, inference) {
      if (failure === null) await compare(sample, inference).catch((error: unknown) => (failure = reasonOf(error)));
    },
    result(layers) {
      if (failure !== null) return { run: false, because: failure };
      const graphIsRight = layers.length > 0 && layers.every((layer) => agrees(layer, tolerance));
      const all = (found: readonly boolean[]) => graphIsRight && found.length > 0 && found.every((one) => one);
      const ofFile = inside?.result() ?? null;
      const wrong = ofFile && wrongLayers(ofFile, graph, layers, tolerance);
      const ties = wrong && wrong.codes.length + wrong.others.length === 0;
      const results = outputs.map(({ meter, graphAgrees }): FileOutput => {
        const output = meter.result(tolerance);
        if (output.agrees && (judgement === 'close' || ties === null)) return output;
        const off = output.different > 0 ? offUpstream(graph, layers, output.value).map(({ layer }) => layer) : [];
        if (ofFile && ties !== null)
          return { ...output, ...(ofFile.halves ? {} : behindC(ofFile, output, tolerance)), agrees: ties, ties, off };
        const steps = all(graphAgrees);
        return { ...output, agrees: steps || off.length > 0, steps, off };
      });
      const passed = results.length === copy.outputs.length && results.every((output) => output.agrees);
      const agreement = same / winners.length;
      return {
        run: true,
        judgement,
        passed,
        outputs: results,
        layers: ofFile,
        wrong,
        agreement,
        top1: top1(winners, labels),
      };
    },
    async release() {
      await disabled.release();
      await basic?.release();
      await behindSteps?.release();
      await inside?.release();
    },
  };
}

/** An output that is no codes is compared with what the file computes behind the last codes of the C. */
function behindC({ others }: LayersOfFile, { value }: FileOutput, tolerance: number): Partial<FileOutput> {
  const one = others.find((other) => other.value === value);
  if (!one) return {};
  const { different, maxError, range } = one;
  return { different, maxError, range, allowed: allowedError(one, tolerance) };
}

/** Makes the meter of an output. */
function meters(
  { graph, exactFile = false }: JudgedC,
  copy: FileCopy,
  judgement: Judgement,
): (port: Port, index: number) => OutputMeter {
  const closed = judgement === 'codes' && exactFile;
  const rules = rulesOf(graph, new Set());
  return (port, i) => {
    const rule = rules.get(port.value) ?? UNTOUCHED;
    const step = judgement === 'codes' ? stepOf(graph, port.value) : null;
    return outputMeter(port, { rule, judgement, fileDtype: copy.outputs[i]?.dtype ?? null, step, closed });
  };
}

/** What a TopK without an order gives is compared in falling order. */
function orderOf(graph: Graph, { value, type }: Port): (data: TypedArray) => TypedArray {
  const source = unsortedResult(graph, value)?.node;
  if (!source?.inputs[0]) return (data) => data;
  const rows = rowsOf(source, typeOf(graph, source.inputs[0]).shape, elementCount(type.shape));
  return (data) => sortedRows(data, rows);
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
  return [because[0] ?? message, ...(where ? [`(${where})`] : [])].join(' ');
}
