import { elementCount } from '../ir/shape.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { lowerWith } from '../kernels/choose.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { type TableJob, tableHeliumS8 } from '../kernels/table/helium.ts';
import { must } from '../support/errors.ts';
import type { OpDef } from './op-def.ts';
import { ONNX_I32 } from './support/oracle.ts';
import { pointwiseLayer } from './support/pointwise.ts';

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
    const job: TableJob = {
      name: node.name,
      features: lower.features,
      reads: [],
      y: null,
      elements: elementCount(lower.type(node.outputs[0]).shape),
      codes: table.data as Int8Array,
      comment: `code of the result by code of the input, + ${halfOf(table)}, of ${node.name}`,
    };
    lowerWith(job, [tableHeliumS8, portableTable(node)], lower);
  },
};

/** Element by element, also two to a byte. */
const portableTable = (node: Node): Kernel<TableJob> => ({
  ...tableHeliumS8,
  id: 'table_s8',
  needs: [],
  accepts: () => true,
  overlap: () => null,
  work: ({ elements }) => ({ instructions: 6 * elements }),
  build({ codes, comment }, lower) {
    const name = lower.table('table', 'i8', codes, 'parameters', comment);
    const place = `a + ${codes.length / 2}`;
    const expression = lower.features.has('flash-apart') ? `nn_flash_s8(${name} + (${place}))` : `${name}[${place}]`;
    return pointwiseLayer(node, lower, { title: 'table', inputs: [0], expression, onCodes: true, readsFlash: true });
  },
});

/** The place of code 0. */
function halfOf(table: Tensor | null): number {
  return must(table, 'a table').data.length / 2;
}
