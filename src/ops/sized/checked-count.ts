import { intAttribute } from '../../ir/attributes.ts';
import type { OpDef } from '../op-def.ts';
import { ONNX_I32 } from '../support/oracle.ts';
import { capacityOf } from './padded.ts';

/**
 * A number of elements that the model computes (k of TopK, the end of a Slice), as int32. More than `limit`, or fewer than none, is a
 * bad count, as in onnxruntime; more than `capacity` do not fit. Made by frontend/sizes, never imported.
 */
export const checkedCount: OpDef = {
  op: 'CheckedCount',
  domain: 'nibblec',
  summary: 'A computed number of elements, held to its bounds (made by the import).',
  plain(node, plain) {
    const scalar = plain.node('Reshape', [node.inputs[0], plain.tensor('i64', [0], new BigInt64Array(0))]);
    plain.output(0, plain.node('Cast', [scalar], { to: ONNX_I32 }));
  },
  lower(node, lower) {
    const x = lower.read(0, 'any');
    const y = lower.write(0, 'row-major');
    const capacity = capacityOf(node);
    const most = intAttribute(node, 'limit', capacity);
    const value = `${x.name}[0]`;
    const bad = `(${value} < 0 || ${value} > ${most}) ? -1 : (int32_t)${value}`;
    lower.call({
      template: 'lines',
      params: { lines: [`const int32_t count = ${bad};`, `${y.name}[0] = count;`, 'return count;'] },
      summary: `a count from 0 to ${most}${capacity < most ? `, of which ${capacity} fit` : ''}`,
      limit: { max: capacity, signed: true },
    });
  },
};
