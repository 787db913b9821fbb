import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { OpDef, OracleBuilder, UpgradeBuilder } from '../op-def.ts';
import { followStorage } from '../support/follow-storage.ts';
import { axisOf, checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, sumText } from '../support/loops.ts';
import { ONNX_I32 } from '../support/oracle.ts';
import { isInteger, isReal } from '../support/scalar.ts';
import { topKRules } from './rules.ts';

/**
 * Selection without scratch memory: each round finds the best element that comes after the last one chosen in the
 * order (value, index). k rounds over the axis; of equal elements the one with the lower index comes first.
 */
export const topK: OpDef = {
  op: 'TopK',
  summary: 'The k largest or smallest elements along an axis and their indices, sorted.',
  check: topKRules,
  quantize: { inputs: ['activation'], output: 'as-input', wide: true },
  oracle: chooseWide,
  upgrade: attributeToInput,
  lower(node, lower) {
    if (!lower.type(node.inputs[0]).quant) checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype));
    const x = lower.read(0, 'any');
    const axis = axisOf(node, x.shape.length, -1);
    const wanted = node.outputs.flatMap((output, i) => {
      if (output === null) return [];
      return [{ y: lower.write(i, followStorage(x.storage, x.shape, lower.type(output).shape)), isValue: i === 0 }];
    });
    const count = wanted[0].y.shape[axis];
    const { sizes, at } = loopsOver(
      x.shape.map((n, d) => (d === axis ? 1 : n)),
      'x',
      Object.fromEntries([['x', x], ...wanted.map(({ y }) => [y.name, y] as const)]),
    );
    const element = (index: string) => `${x.name}[${at.x} + ${sumText([index], [x.strides[axis]])}]`;
    const better = intAttribute(node, 'largest', 1) === 1 ? '>' : '<';
    const worse = better === '>' ? '<' : '>';
    const body = [
      'int32_t last = -1;',
      `for (int32_t k = 0; k < ${count}; k++) {`,
      '    int32_t best = -1;',
      `    for (int32_t i = 0; i < ${x.shape[axis]}; i++) {`,
      `        const ${x.ctype} v = ${element('i')};`,
      '        if (last >= 0) {',
      `            const ${x.ctype} bound = ${element('last')};`,
      `            if (!(v ${worse} bound || (v == bound && i > last))) {`,
      '                continue;',
      '            }',
      '        }',
      `        if (best < 0 || v ${better} ${element('best')}) {`,
      '            best = i;',
      '        }',
      '    }',
      '    last = (best < 0) ? 0 : best;',
      ...wanted.map(({ y, isValue }) => {
        const place = `${at[y.name]} + ${sumText(['k'], [y.strides[axis]])}`;
        return `    ${y.name}[${place}] = ${isValue ? element('last') : 'last'};`;
      }),
      '}',
    ];
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, body)),
      summary: `TopK ${count} of ${x.shape[axis]} along axis ${axis}`,
    });
  },
};

/** onnxruntime's TopK has no kernel for int8. */
function chooseWide({ inputs: [x, k], outputs, attributes }: Node, oracle: OracleBuilder): void {
  const wide = oracle.node('Cast', [x], { to: ONNX_I32 });
  const [values, indices] = oracle.pair('TopK', [wide, k], attributes);
  if (outputs[0] != null) oracle.output(0, oracle.node('Cast', [values], { to: oracle.carrier }));
  if (outputs[1] != null) oracle.output(1, indices);
}

/** k was an attribute before opset 10. */
function attributeToInput(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  const { k, ...attributes } = node.attributes;
  if (opset >= 10 || typeof k !== 'number') return node;
  return { ...node, inputs: [node.inputs[0], upgrade.constant('i64', [1], int64s([k]))], attributes };
}
