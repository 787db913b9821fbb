import type { Tensor } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import type { OpDef } from './op-def.ts';
import { ONNX_I32 } from './support/oracle.ts';
import { lowerPointwise } from './support/pointwise.ts';

/**
 * Any function of one tensor of b-bit codes: inputs x and table[2^b], y = table[x + 2^(b - 1)]. Made by the quantize-int8 pass from
 * element-wise operators (Sigmoid, Tanh, a change of scale, x * Sigmoid(x), ...), never imported.
 */
export const lookupTable: OpDef = {
  op: 'LookupTable',
  domain: 'nibblec',
  summary: 'Any element-wise function of one int8 tensor as a table of codes (made by quantization).',
  oracle(node, oracle) {
    const wide = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I32 });
    const index = oracle.node('Add', [wide, oracle.tensor('i32', [], [halfOf(oracle.constant(node.inputs[1]))])]);
    oracle.output(0, oracle.node('Gather', [node.inputs[1], index]));
  },
  lower(node, lower) {
    const table = lower.constant(node.inputs[1]);
    if (!table) return lower.refuse('its table must be constant');
    const name = lower.table(
      'table',
      'i8',
      table.data,
      'parameters',
      `code of the result by code of the input, + ${halfOf(table)}, of ${node.name}`,
    );
    const place = `a + ${halfOf(table)}`;
    const expression = lower.features.has('flash-apart') ? `nn_flash_s8(${name} + (${place}))` : `${name}[${place}]`;
    lowerPointwise(node, lower, { title: 'table', inputs: [0], expression, onCodes: true, readsFlash: true });
  },
};

/** The place of code 0. */
function halfOf(table: Tensor | null): number {
  return must(table, 'a table').data.length / 2;
}
