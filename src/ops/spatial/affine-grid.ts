import { intAttribute } from '../../ir/attributes.ts';
import type { OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { elementsText } from '../support/moves.ts';
import { affineGridRules } from './rules.ts';

/**
 * grid[n][(d)][h][w] = theta[n] (x, y, (z), 1): x, y, z the positions along w, h, d in [-1, 1]; pixel centres,
 * or with align_corners from corner to corner.
 */
export const affineGrid: OpDef = {
  op: 'AffineGrid',
  summary: 'Sampling positions of an affine map, for GridSample; constant size.',
  check: affineGridRules,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const theta = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    const [batch, ...spatial] = y.shape.slice(0, -1) as [number, ...number[]];
    const rank = spatial.length;
    const corners = intAttribute(node, 'align_corners', 0) === 1;
    // Coordinate c belongs to the c-th dimension from the end.
    const coordinates = Array.from({ length: rank }, (_, c) => {
      const size = spatial[rank - 1 - c];
      const index = `(float)i${rank - c}`;
      const centre = `(2.0f * ${index} + 1.0f) * ${floatLiteral(1 / size)} - 1.0f`;
      // A single position is the last corner.
      const corner = size > 1 ? `-1.0f + ${index} * ${floatLiteral(2 / (size - 1))}` : '1.0f';
      const place = corners ? corner : centre;
      return `const float c${c} = ${place};`;
    });
    const rows = Array.from({ length: rank }, (_, r) => {
      const terms = Array.from({ length: rank }, (_, c) => `row[${r * (rank + 1) + c}] * c${c}`);
      return `*grid++ = ${terms.join(' + ')} + row[${r * (rank + 1) + rank}];`;
    });
    const start = `const float *const row = ${theta.name} + i0 * ${rank * (rank + 1)};`;
    lower.call({
      template: 'lines',
      params: linesParams([
        `float *grid = ${y.name};`,
        ...inLoops([batch], [start, ...inLoops(spatial, [...coordinates, ...rows], 'i', 1)]),
      ]),
      summary: `AffineGrid, ${elementsText(node, lower)}`,
    });
  },
};
