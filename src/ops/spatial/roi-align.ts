import { floatAttribute, intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { elementsText } from '../support/moves.ts';
import { roiAlignRules } from './rules.ts';

/** y[r][c] = a grid of averages (or maxima) of bilinear samples over region r of the image batch_indices[r]. */
export const roiAlign: OpDef = {
  op: 'RoiAlign',
  summary: 'Bilinear samples of regions of interest, averaged or maximal per bin.',
  check: roiAlignRules,
  upgrade: (node, opset) => (opset >= 16 ? node : withOldCoordinates(node)),
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'row-major');
    const rois = lower.read(1, 'row-major');
    const batches = lower.read(2, 'row-major');
    const y = lower.write(0, 'row-major');
    const [regions, channels, outH, outW] = y.shape as [number, number, number, number];
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const half = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
    const mode = stringAttribute(node, 'mode', 'avg');
    const plane = `${x.name} + (nn_index(${batches.name}[i0], ${batch}) * ${channels} + i1) * ${height * width}`;
    const bins = `${y.name} + (i0 * ${channels} + i1) * ${outH * outW}`;
    lower.call({
      template: 'lines',
      params: linesParams([
        'static const nn_roi_align align = {',
        `    .height = ${height}, .width = ${width}, .out_h = ${outH}, .out_w = ${outW},`,
        `    .sampling_ratio = ${intAttribute(node, 'sampling_ratio', 0)}, .maximum = ${mode === 'max' ? 1 : 0},`,
        `    .half_pixel = ${half ? 1 : 0}, .scale = ${floatLiteral(floatAttribute(node, 'spatial_scale', 1))},`,
        '};',
        ...inLoops([regions, channels], [`nn_roi_align_f32(&align, ${plane}, ${rois.name} + i0 * 4, ${bins});`]),
      ]),
      summary: `RoiAlign of ${regions} regions, ${elementsText(node, lower)}`,
    });
  },
};

/** Opset 16 brought the shift by half a pixel. */
function withOldCoordinates(node: Node): Node {
  const attributes = { ...node.attributes, coordinate_transformation_mode: 'output_half_pixel' };
  return { ...node, attributes };
}
