import type { FileCopy } from '../frontend/file-copy.ts';
import { typeOf } from '../ir/graph.ts';
import type { Port } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { stepOf } from './code-steps.ts';
import { isCount } from './cut-to-counts.ts';
import { type FileOutput, type Judgement, type OutputMeter, outputMeter } from './file-output.ts';
import type { JudgedC } from './file-verdict.ts';
import { hasOpenClip } from './open-clips.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';
import { rowsOf, sortedRows, unsortedResult } from './unsorted.ts';

/** What onnxruntime makes of the file, at this output, and at its level 'basic'. */
export interface OfFile {
  readonly expected: Tensor;
  readonly optimized: Tensor | null;
}

/** One output of the program beside that of the file. */
export interface OutputJudge {
  readonly value: ValueName;
  /** How many elements differ. */
  add(actual: TypedArray, ofFile: OfFile): number;
  /** Whether this sample by itself agrees. */
  agrees(actual: TypedArray, ofFile: OfFile): boolean;
  /** Samples on which the C and the file differ: whether the graph, run by onnxruntime, agrees with the file there. */
  readonly graphAgrees: boolean[];
  result(): FileOutput;
}

export function outputJudges(model: JudgedC, copy: FileCopy, judgement: Judgement, tolerance: number): OutputJudge[] {
  const meterOf = meters(model, copy, judgement);
  const ofFile = model.program.outputs.filter(({ value }) => !isCount(model.program, value));
  return ofFile.map((port, i) => {
    const inOrder = orderOf(model.graph, port);
    const addTo = (meter: OutputMeter, actual: TypedArray, { expected, optimized }: OfFile) => {
      const sorted = (tensor: Tensor): Tensor => ({ ...tensor, data: inOrder(tensor.data) });
      return meter.add(inOrder(actual), sorted(expected), optimized && sorted(optimized));
    };
    const all = meterOf(port, i);
    return {
      value: port.value,
      graphAgrees: [],
      add: (actual, ofFile) => addTo(all, actual, ofFile),
      agrees(actual, ofFile) {
        const one = meterOf(port, i);
        addTo(one, actual, ofFile);
        return one.result(tolerance).agrees;
      },
      result: () => all.result(tolerance),
    };
  });
}

/** Makes the meter of an output. */
function meters(
  { graph, imported, exactFile = false }: JudgedC,
  copy: FileCopy,
  judgement: Judgement,
): (port: Port, index: number) => OutputMeter {
  const closed = judgement === 'codes' && exactFile;
  const rules = rulesOf(graph, new Set());
  return (port, i) => {
    const rule = rules.get(port.value) ?? UNTOUCHED;
    const step = judgement === 'codes' ? stepOf(graph, port.value) : null;
    return outputMeter(port, {
      rule,
      judgement,
      fileDtype: copy.outputs[i]?.dtype ?? null,
      step,
      closed,
      openClip: hasOpenClip(imported, port.value),
    });
  };
}

/** What a TopK without an order gives is compared in falling order. */
function orderOf(graph: Graph, { value, type }: Port): (data: TypedArray) => TypedArray {
  const source = unsortedResult(graph, value)?.node;
  if (!source?.inputs[0]) return (data) => data;
  const rows = rowsOf(source, typeOf(graph, source.inputs[0]).shape, elementCount(type.shape));
  return (data) => sortedRows(data, rows);
}
