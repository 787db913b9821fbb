import { printable } from '../report/printable.ts';
import { percent } from '../report/svg/numbers.ts';
import { renderTable } from '../report/table.ts';
import { agrees, type Comparison } from '../verify/compare.ts';
import type { FileOutput } from '../verify/file-output.ts';
import type { Verdict } from '../verify/verify-model.ts';
import { renderOff } from './render-off.ts';

/** Largest float error over the range of the value that still counts as agreement. */
export const TOLERANCE = 1e-5;

/** A line for the user's file, one for the graph that became C, one for each core; then a table of layers for each core. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  const ofFile = verdicts.find(({ file }) => file?.run && !file.passed) ?? verdicts[0];
  const off = new Set(verdicts.flatMap(({ layers }) => renderOff(layers)));
  const lines = [...fileLine(ofFile), graphLine(verdicts), ...off, ...verdicts.map(coreLine)];
  const tables = verdicts.map((verdict) => {
    const title = verdicts.length > 1 ? [`On ${printable(verdict.toolchain)}:`, ''] : [];
    return ['', ...title, ...layerTable(verdict)];
  });
  return [...lines, ...tables.flat()].join('\n');
}

const DEFINITIONS: Readonly<Record<Verdict['judged'], string>> = {
  file: 'the file',
  expansion: 'its operators as ONNX defines them in older ones',
  specification: 'the integers that its layers are specified by',
};

function fileLine({ file, judged }: Verdict): string[] {
  if (file === null) return [];
  if (!file.run) return [`file: not run, because ${printable(file.because)}; judged by ${DEFINITIONS[judged]}`];
  if (file.judgement === 'quality') {
    const worst = Math.min(...file.outputs.map(({ sqnrDb }) => sqnrDb));
    const noise = worst === Infinity ? 'no noise' : `SQNR ${worst.toFixed(1)} dB`;
    const top1 = file.top1 === null ? '' : `, float32's top-1 ${percent(file.top1)}`;
    return [`file: float32 in onnxruntime; ${noise}, same top-1 in ${percent(file.agreement)}${top1}`];
  }
  const worst =
    file.outputs.find(({ agrees, steps, off }) => !agrees || steps || off.length > 0) ?? file.outputs.reduce(farther);
  return [`file: ${file.passed ? 'agrees' : `output '${printable(worst.value)}' DIFFERS`}: ${fileDifference(worst)}`];
}

function farther(one: FileOutput, other: FileOutput): FileOutput {
  const share = ({ maxError, allowed, different }: FileOutput) => (allowed ? maxError / allowed : different);
  return share(other) > share(one) ? other : one;
}

/** What differs at an output of the file, and what may. */
export function fileDifference(output: FileOutput): string {
  const { elements, different, maxError, range, allowed, distance, inCodes, steps, off } = output;
  if (different === 0) return 'no difference';
  if (steps) return `${different} of ${elements} elements fall on the other side of a step; no layer is wrong`;
  if (off.length > 0) return `not held against the C, since onnxruntime is off in ${off.map(printable).join(', ')}`;
  if (inCodes) return `${different} of ${elements} codes differ, by up to ${maxError}`;
  if (range === 0 || maxError === Infinity) return `${different} of ${elements} elements differ, by up to ${maxError}`;
  const share = (error: number) => (error === 0 ? '0' : (error / range).toExponential(1));
  const own = distance === null ? '' : `; onnxruntime's own levels differ by ${share(distance)}`;
  return `${share(maxError)} of the range at most (allowed ${share(allowed ?? Infinity)}${own})`;
}

function graphLine(verdicts: readonly Verdict[]): string {
  const layers = verdicts.flatMap((verdict) => verdict.layers);
  if (layers.length === 0) return 'graph: layers were not compared';
  const wrong = layers.find((layer) => !agrees(layer, TOLERANCE));
  if (wrong) return `graph: ${printable(wrong.layer)} '${printable(wrong.value)}' DIFFERS: ${difference(wrong)}`;
  const count = verdicts[0].layers.length;
  return `graph: ${count === 1 ? 'its layer agrees' : `all ${count} layers agree`} with onnxruntime`;
}

function coreLine({ toolchain, samples, passed, top1 }: Verdict): string {
  const accuracy = top1 === null ? '' : `, top-1 ${(top1 * 100).toFixed(2)} %`;
  const judgement = passed ? 'agrees with onnxruntime' : 'DIFFERS from onnxruntime';
  return `Verified on ${printable(toolchain)}: ${judgement} on ${samples} ${samples === 1 ? 'sample' : 'samples'}${accuracy}`;
}

function layerTable({ layers, outputs }: Verdict): string[] {
  const rows = [...layers, ...outputs].map((c) => [
    c.layer,
    c.value,
    agrees(c, TOLERANCE) ? (c.exact ? 'exact' : 'close') : 'DIFFERS',
    difference(c),
  ]);
  const columns = [
    { title: 'layer', cut: 'start' as const },
    { title: 'value', cut: 'start' as const },
    { title: 'verdict' },
    { title: 'largest difference' },
  ];
  return renderTable(columns, rows);
}

export function difference({ exact, different, maxError, range }: Comparison): string {
  if (different === 0) return 'none';
  if (exact) return `${different} elements, by up to ${maxError}`;
  return `${maxError.toExponential(1)}, ${(maxError / Math.max(range, Number.MIN_VALUE)).toExponential(1)} of the range`;
}
