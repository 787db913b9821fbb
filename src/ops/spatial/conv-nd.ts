import { intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, position, type Walk } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { pointer } from '../support/rows.ts';
import { isReal, number } from '../support/scalar.ts';
import { positionText, transposedLoops, type WindowAxis, windowAxes, windowLoops } from '../support/window-loops.ts';

/** Convolution of any rank and layout, weights constant or computed, written as loops. For what the fast kernels leave. */
export function lowerConvNd(node: Node, lower: LowerBuilder): void {
  const w = lower.type(node.inputs[1]).shape;
  const axes = windowAxes(node, lower.type(node.inputs[0]).shape, lower.type(node.outputs[0]).shape, w.slice(2));
  lowerNd(node, lower, axes, false);
}

/** The transposed convolution of any rank; `axes` has the pads that the output's size asks for. */
export function lowerConvTransposeNd(node: Node, lower: LowerBuilder, axes: readonly WindowAxis[]): void {
  lowerNd(node, lower, axes, true);
}

function lowerNd(node: Node, lower: LowerBuilder, axes: readonly WindowAxis[], transposed: boolean): void {
  checkDtype(node, lower, isReal);
  const x = lower.read(0, 'any');
  const w = lower.read(1, 'row-major');
  const bias = node.inputs[2] == null ? null : lower.read(2, 'row-major');
  const y = lower.write(0, followInput(node, lower));
  const groups = intAttribute(node, 'group', 1);
  const groupIn = x.shape[1] / groups;
  const groupOut = y.shape[1] / groups;
  const rank = x.shape.length;
  const walks: Record<string, Walk> = {
    y,
    c: position(rank, 1),
    batch: { strides: x.strides.map((s, d) => (d === 0 ? s : 0)) },
  };
  for (let d = 2; d < rank; d++) walks[`o${d}`] = position(rank, d);
  const { sizes, at } = loopsOver(y.shape, 'y', walks);
  const first = groups === 1 ? '0' : `${at.c} / ${groupOut} * ${groupIn}`;
  // Conv: w[out][in / groups][kernel]; transposed: w[in][out / groups][kernel].
  const filter = transposed
    ? `${groups === 1 ? at.c : `${at.c} % ${groupOut}`} * ${w.strides[1]}`
    : `${at.c} * ${w.strides[0]}`;
  const inStride = transposed ? w.strides[0] : w.strides[1];
  const filterStart = transposed && groups > 1 ? `${filter} + ${first} * ${inStride}` : filter;
  const tap = `ic0 * ${inStride} + ${positionText(w.strides.slice(2), 'k')}`;
  const product = `acc += plane[ic0 * ${x.strides[1]} + ${positionText(x.strides.slice(2))}] * filter[${tap}];`;
  const body = inLoops([groupIn], [product], 'ic');
  const loops = transposed ? transposedLoops : windowLoops;
  const outputs = axes.map((_, i) => at[`o${i + 2}`]);
  const { dtype } = y.type;
  const clamped = node.clip ? `nn_clamp_f32(acc, ${clipBounds(node).join(', ')})` : 'acc';
  const lines = inLoops(sizes, [
    `const ${x.ctype} *const plane = ${plane(x, at.batch!, first)};`,
    `const ${w.ctype} *const filter = ${pointer(w.name, filterStart)};`,
    `${y.ctype} acc = ${bias ? `${bias.name}[${at.c}]` : number(dtype, 0)};`,
    ...loops(axes, outputs, body),
    `${y.name}[${at.y}] = ${clamped};`,
  ]);
  lower.call({
    template: 'lines',
    params: linesParams(lines),
    macs: (elementCount(transposed ? x.shape : y.shape) * elementCount(w.shape)) / w.shape[0],
    summary: `${node.op} ${w.shape.slice(2).join('x')}, ${elementsText(node, lower)}`,
  });
}

/** The first channel of the group in this sample. */
function plane(x: Operand, batch: string, first: string): string {
  const start = pointer(x.name, batch);
  return first === '0' ? start : `${start} + ${first} * ${x.strides[1]}`;
}
