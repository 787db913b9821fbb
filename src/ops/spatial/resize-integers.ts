import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { elementsText } from '../support/moves.ts';
import type { ResizeAxis, Taps } from './resize-axis.ts';

/** An axis to resize: its place, its filter. */
export interface FilteredAxis {
  readonly d: number;
  readonly axis: ResizeAxis;
  readonly taps: Taps;
}

/**
 * Resize of integers with antialias, as onnxruntime computes it: one axis after the other from the last one on, each rounded
 * to integers. 8-bit types: weights in units of 2^-22, half added, shifted, clamped to 0 .. 255 in both types and kept by
 * its low byte. int32: sums in float, rounded half away from zero.
 */
export function lowerFilteredIntegers(node: Node, lower: LowerBuilder, axes: readonly FilteredAxis[]): void {
  const x = lower.read(0, 'row-major');
  const y = lower.write(0, 'row-major');
  const passes = [...axes].sort((a, b) => b.d - a.d);
  const lines: string[] = [];
  let shape = [...x.shape];
  let source = x.name;
  for (const [i, pass] of passes.entries()) {
    const result = shape.map((size, d) => (d === pass.d ? pass.axis.output : size));
    const bytes = result.reduce((a, b) => a * b, 1) * (x.type.dtype === 'i32' ? 4 : 1);
    const target = i === passes.length - 1 ? y.name : lower.scratch(bytes, x.ctype);
    lines.push('{', ...passLines(node, lower, pass, x, { source, target, shape }).map((line) => `    ${line}`), '}');
    [shape, source] = [result, target];
  }
  lower.call({
    template: 'lines',
    params: linesParams(lines),
    summary: `Resize, antialias, ${elementsText(node, lower)}`,
  });
}

interface Pass {
  readonly source: string;
  readonly target: string;
  /** Of the source. */
  readonly shape: readonly number[];
}

/** [outer, axis, inner] elements to [outer, output, inner]. */
function passLines(
  node: Node,
  lower: LowerBuilder,
  { d, axis, taps }: FilteredAxis,
  x: Operand,
  { source, target, shape }: Pass,
): string[] {
  const outer = shape.slice(0, d).reduce((a, b) => a * b, 1);
  const inner = shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const wide = x.type.dtype === 'i32';
  const weights = wide ? taps.weights : Int32Array.from(taps.weights, fixedPoint);
  const about = `along axis ${d} of ${node.name}`;
  const at = lower.table(`positions${d}`, 'i32', taps.positions, 'parameters', `input positions ${about}`);
  const by = lower.table(`weights${d}`, wide ? 'f32' : 'i32', weights, 'parameters', `weights ${about}`);
  const tap = `i1 * ${taps.taps} + k0`;
  const product = `${source}[(i0 * ${axis.input} + ${at}[${tap}]) * ${inner} + i2] * ${by}[${tap}]`;
  return inLoops(
    [outer, axis.output, inner],
    [
      `${wide ? 'float' : 'int32_t'} sum = ${wide ? '0.0f' : '1 << 21'};`,
      ...inLoops([taps.taps], [`sum += ${wide ? '(float)' : ''}${product};`], 'k'),
      ...(wide ? [] : ['const int32_t whole = sum >> 22;']),
      `${target}[(i0 * ${axis.output} + i1) * ${inner} + i2] = ${wide ? 'nn_f32_to_s32(roundf(sum))' : clamped(x)};`,
    ],
  );
}

/** To 0 .. 255, whatever the type: int8 keeps the low byte. */
function clamped(x: Operand): string {
  const byte = '(uint8_t)((whole < 0) ? 0 : (whole > 255) ? 255 : whole)';
  return x.type.dtype === 'i8' ? `(int8_t)${byte}` : byte;
}

/** Half away from zero, of the float32 product. */
function fixedPoint(weight: number): number {
  const scaled = Math.fround(weight * 2 ** 22);
  return Math.sign(scaled) * Math.round(Math.abs(scaled));
}
