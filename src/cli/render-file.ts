import { printable } from '../report/printable.ts';
import { percent } from '../report/svg/numbers.ts';
import type { CodeVerdict } from '../verify/code-meter.ts';
import type { FileOutput } from '../verify/file-output.ts';
import type { FileVerdict } from '../verify/file-verdict.ts';
import type { Verdict } from '../verify/verify-model.ts';
import { difference } from './render-difference.ts';

type Run = Extract<FileVerdict, { readonly run: true }>;

const DEFINITIONS: Readonly<Record<Verdict['judged'], string>> = {
  file: 'the file',
  expansion: 'its operators as ONNX defines them in older ones',
  specification: 'the integers that its layers are specified by',
};

/** The C beside the user's file. */
export function fileLine({ file, judged }: Verdict): string[] {
  if (file === null) return [];
  if (!file.run) return [`file: not run, because ${printable(file.because)}; judged by ${DEFINITIONS[judged]}`];
  if (file.judgement === 'quality') {
    const worst = Math.min(...file.outputs.map(({ sqnrDb }) => sqnrDb));
    const noise = worst === Infinity ? 'no noise' : `SQNR ${worst.toFixed(1)} dB`;
    const { score, agreement } = file;
    const same = score?.metric === 'miou' ? 'same classes in' : 'same top-1 in';
    return [`file: float32 in onnxruntime; ${noise}, ${same} ${percent(agreement)}`];
  }
  if (!file.passed) return [`file: ${wrongInFile(file).join('; ')}`];
  const worst = file.outputs.find(({ steps, off }) => steps || off.length > 0) ?? file.outputs.reduce(farther);
  if (file.layers?.halves && file.outputs.some(({ ties }) => ties)) return [`file: agrees: ${halfDifference(file)}`];
  return [`file: agrees: ${fileDifference(worst)}${atTies(file)}`];
}

/** What differs, first layers first. */
export function wrongInFile({ outputs, wrong }: Run): string[] {
  const layers = wrong
    ? [
        ...wrong.codes.map((one) => `'${printable(one.value)}' DIFFERS: ${wrongCodes(one)}`),
        ...wrong.others.map((one) => `'${printable(one.value)}' DIFFERS: ${difference(one)}`),
      ]
    : [];
  if (layers.length > 0) return layers;
  return outputs
    .filter(({ agrees }) => !agrees)
    .map((output) => `output '${printable(output.value)}' DIFFERS: ${fileDifference(output)}`);
}

function wrongCodes({ wrong, elements, first }: CodeVerdict): string {
  const codes = `${wrong} of ${elements} codes, such as ${first?.ofC} for ${first?.ofFile}`;
  if (first?.toTie == null) return codes;
  return `${codes}, ${first.toTie.toExponential(1)} codes from a tie that float32 misses by ${first.error?.toExponential(1)}`;
}

function halfDifference({ outputs }: Run): string {
  const { maxError, range } = outputs.reduce((a, b) => (b.maxError / b.range > a.maxError / a.range ? b : a));
  const apart = `${(maxError / range).toExponential(1)} of the range`;
  return `each layer but for float16, to which the file rounds results and the C does not; that sets them ${apart} apart`;
}

/** Codes of all layers, each behind what the C fed it. */
function atTies({ layers }: Run): string {
  const sum = (pick: (one: CodeVerdict) => number) =>
    (layers?.codes ?? []).reduce((total, one) => total + pick(one), 0);
  const ties = sum((one) => one.atTies);
  if (ties === 0) return '';
  return `; layer by layer ${ties} of ${sum((one) => one.elements)} codes, each on a tie within float32's error`;
}

function farther(one: FileOutput, other: FileOutput): FileOutput {
  const share = ({ maxError, allowed, different }: FileOutput) => (allowed ? maxError / allowed : different);
  return share(other) > share(one) ? other : one;
}

/** What differs at an output of the file, and what may. */
function fileDifference(output: FileOutput): string {
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
