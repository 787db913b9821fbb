import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import { own } from '../../support/own.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { elementsText } from '../support/moves.ts';
import { gridSampleRules } from './rules.ts';

const MODES: Readonly<Record<string, number>> = { nearest: 0, linear: 1, bilinear: 1, cubic: 2, bicubic: 2 };
const PADDINGS: Readonly<Record<string, number>> = { zeros: 0, border: 1, reflection: 2 };

/** y[n][c][o...] = x[n][c] sampled at grid[n][o...]; images (x, y) and volumes (x, y, z), planes in ONNX's order. */
export const gridSample: OpDef = {
  op: 'GridSample',
  summary: 'Samples an image or a volume at given positions: nearest, linear, cubic; zeros, border, reflection.',
  check: gridSampleRules,
  upgrade: (node) => ({ ...node, attributes: { ...node.attributes, mode: newName(node) } }),
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'row-major');
    const grid = lower.read(1, 'row-major');
    const y = lower.write(0, 'row-major');
    const spatial = x.shape.slice(2);
    const rank = spatial.length;
    if (rank !== 2 && rank !== 3) return lower.refuse('only images and volumes are supported');
    const mode = own(MODES, stringAttribute(node, 'mode', 'linear'));
    const padding = own(PADDINGS, stringAttribute(node, 'padding_mode', 'zeros'));
    if (mode === undefined || padding === undefined) return lower.refuse('its mode is not known');
    if (mode === 2 && rank === 3) return lower.refuse('cubic sampling of volumes is not supported');
    const [batch, channels] = x.shape as [number, number];
    const positions = elementCount(y.shape.slice(2));
    const plane = elementCount(spatial);
    const [depth, height, width] = rank === 3 ? spatial : [1, ...spatial];
    const at = `${grid.name} + (i0 * ${positions} + i2) * ${rank}`;
    const call = `nn_grid_sample_f32(&sample, ${x.name} + (i0 * ${channels} + i1) * ${plane}, ${at})`;
    lower.call({
      template: 'lines',
      params: linesParams([
        'static const nn_grid_sample sample = {',
        `    .rank = ${rank}, .depth = ${depth}, .height = ${height}, .width = ${width},`,
        `    .mode = ${mode}, .padding = ${padding}, .align_corners = ${intAttribute(node, 'align_corners', 0)},`,
        '};',
        ...inLoops([batch, channels, positions], [`${y.name}[(i0 * ${channels} + i1) * ${positions} + i2] = ${call};`]),
      ]),
      summary: `GridSample, ${elementsText(node, lower)}`,
    });
  },
};

/** bilinear and bicubic are called linear and cubic since opset 20. */
function newName(node: Node): string {
  return stringAttribute(node, 'mode', 'linear').replace(/^bi/, '');
}
