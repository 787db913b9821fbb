import { elementCount } from '../ir/shape.ts';
import type { OpDef } from './op-def.ts';
import { checkDtype } from './support/inputs.ts';
import { inLoops, linesParams } from './support/loops.ts';
import { inputs } from './support/rules.ts';
import { fits } from './support/shape-rule.ts';

export const det: OpDef = {
  op: 'Det',
  summary: 'Determinant of square matrices, by elimination.',
  check: [inputs(1), fits({ X: '... N N' })],
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'row-major');
    const y = lower.write(0, 'row-major');
    const n = x.shape.at(-1)!;
    const scratch = lower.scratch(n * n * 4, 'float');
    const call = `${y.name}[i0] = nn_det_f32(${n}, ${x.name} + i0 * ${n * n}, ${scratch});`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops([elementCount(y.shape)], [call])),
      summary: `Det of ${n}x${n} matrices`,
    });
  },
};
