import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { dftRules, stftRules } from './rules.ts';
import { upgradeAxis } from './upgrade-axis.ts';

export const dft: OpDef = {
  op: 'DFT',
  summary:
    'Discrete Fourier transform along an axis; real or complex, inverse, one-sided; its length must be constant.',
  check: dftRules,
  upgrade: upgradeAxis,
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
    const x = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    const rank = x.shape.length;
    const axis = normalizeAxis(constantNumbers(node, lower, 2, 'axis')?.[0] ?? -2, rank);
    const inverse = intAttribute(node, 'inverse', 0) === 1;
    const hermitian = inverse && intAttribute(node, 'onesided', 0) === 1;
    const [points, bins] = [x.shape[axis], y.shape[axis]];
    const length = constantNumbers(node, lower, 1, 'length')?.[0] ?? (hermitian ? bins : points);
    const outer = elementCount(x.shape.slice(0, axis));
    const inner = elementCount(x.shape.slice(axis + 1, -1));
    const [parts, yParts] = [x.shape[rank - 1], y.shape[rank - 1]];
    const at = (size: number, width: number) => `(i0 * ${size} * ${inner} + i1) * ${width}`;
    const call = [
      `nn_dft_f32(${length}, ${tables(lower, length)}, ${inverse ? '1.0f' : '-1.0f'}, ${hermitian ? 1 : 0},`,
      `           ${x.name} + ${at(points, parts)}, ${points}, ${parts}, ${inner * parts}, NULL,`,
      `           ${y.name} + ${at(bins, yParts)}, ${bins}, ${yParts}, ${inner * yParts});`,
    ];
    lower.call({
      template: 'lines',
      params: linesParams(inLoops([outer, inner], call)),
      macs: 4 * outer * inner * bins * length,
      summary: `DFT of ${length} points, ${outer * inner} of them`,
    });
  },
};

export const stft: OpDef = {
  op: 'STFT',
  summary: 'Short-time Fourier transform: windowed frames; step and length must be constant.',
  check: stftRules,
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
    const x = lower.read(0, 'row-major');
    const step = constantNumbers(node, lower, 1, 'frame step')![0];
    const window = node.inputs[2] ? lower.read(2, 'row-major') : null;
    const length = constantNumbers(node, lower, 3, 'frame length')?.[0] ?? window?.shape[0];
    if (length === undefined) return lower.refuse('it has neither a window nor a frame length');
    const y = lower.write(0, 'row-major');
    const [batch, frames, bins] = y.shape as [number, number, number];
    const [, samples, parts = 1] = x.shape as [number, number, number?];
    const call = [
      `nn_dft_f32(${length}, ${tables(lower, length)}, -1.0f, 0,`,
      `           ${x.name} + (i0 * ${samples} + i1 * ${step}) * ${parts}, ${length}, ${parts}, ${parts}, ${window?.name ?? 'NULL'},`,
      `           ${y.name} + (i0 * ${frames} + i1) * ${2 * bins}, ${bins}, 2, 2);`,
    ];
    lower.call({
      template: 'lines',
      params: linesParams(inLoops([batch, frames], call)),
      macs: 4 * batch * frames * bins * length,
      summary: `STFT, ${frames} frames of ${length} points`,
    });
  },
};

/** cos and sin of 2 pi t / length. */
function tables(lower: LowerBuilder, length: number): string {
  const turn = (f: (angle: number) => number) => Float32Array.from({ length }, (_, t) => f((2 * Math.PI * t) / length));
  return [
    lower.table('cosines', 'f32', turn(Math.cos), 'parameters', `cos(2 pi t / ${length})`),
    lower.table('sines', 'f32', turn(Math.sin), 'parameters', `sin(2 pi t / ${length})`),
  ].join(', ');
}
