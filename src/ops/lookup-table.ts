import { elementCount } from '../ir/shape.ts';
import { isWide } from '../ir/tensor.ts';
import type { Node, Tensor, ValueName } from '../ir/types.ts';
import { lowerWith } from '../kernels/choose.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { type TableJob, tableHeliumS8 } from '../kernels/table/helium.ts';
import { codesOf, quantOf } from '../quant/quantized.ts';
import { fractionOf, stepOf } from '../quant/wide-table.ts';
import { must } from '../support/errors.ts';
import type { LowerBuilder, OpDef, OracleBuilder } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { flooredHalves, ONNX_I32, ONNX_I64 } from './support/oracle.ts';
import { lowerPointwise, pointwiseLayer } from './support/pointwise.ts';

/**
 * Any function of one tensor of b-bit codes: inputs x and table[2^b], y = table[x + 2^(b - 1)]. Made by the quantize-int8 pass from
 * element-wise operators (Sigmoid, Tanh, a change of scale, x * Sigmoid(x), ...), never imported. Of codes of 16 bits the table
 * has points with straight lines between them, see quant/wide-table.ts.
 */
export const lookupTable: OpDef = {
  op: 'LookupTable',
  domain: 'nibblec',
  summary: 'Any element-wise function of one tensor of codes as a table (made by quantization).',
  elementwise: true,
  oracle(node, oracle) {
    if (isWide(oracle.type(node.inputs[0]))) return linesOracle(node, oracle);
    const wide = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I32 });
    const index = oracle.node('Add', [wide, oracle.tensor('i32', [], [halfOf(oracle.constant(node.inputs[1]))])]);
    oracle.output(0, oracle.node('Gather', [node.inputs[1], index]));
  },
  lower(node, lower) {
    const table = lower.constant(node.inputs[1]);
    if (!table) return lower.refuse('its table must be constant');
    if (isWide(lower.type(node.inputs[0]))) return lowerLines(node, lower, table);
    if (isWide(lower.type(node.outputs[0]))) return lowerWiderTable(node, lower, table);
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

/** Points with straight lines between them. */
function lowerLines(node: Node, lower: LowerBuilder, { data }: Tensor): void {
  const { step, fraction } = linesOf(node, lower.graph, data.length);
  const text = `code of the result every ${2 ** step} codes of the input${fraction > 0 ? ', times 256' : ''}, of ${node.name}`;
  const table = lower.table('table', 'i16', data, 'parameters', text);
  const code = `nn_table_s16(${table}, a, /* bits between entries */ ${step}, /* fraction */ ${fraction})`;
  const narrow = isWide(lower.type(node.outputs[0])) ? '' : `(${cType(lower.type(node.outputs[0]).dtype)})`;
  lowerPointwise(node, lower, { title: 'table', inputs: [0], expression: `${narrow}${code}`, onCodes: true });
}

/** Codes of 16 bits by codes of fewer. */
function lowerWiderTable(node: Node, lower: LowerBuilder, table: Tensor): void {
  const text = `code of the result by code of the input, + ${halfOf(table)}, of ${node.name}`;
  const name = lower.table('table', 'i16', table.data, 'parameters', text);
  const expression = `${name}[a + ${halfOf(table)}]`;
  lowerPointwise(node, lower, { title: 'table', inputs: [0], expression, onCodes: true });
}

function linesOf(node: Node, graph: LowerBuilder['graph'], entries: number) {
  return { step: stepOf(entries), fraction: fractionOf(codesOf(quantOf(graph, node.outputs[0]))) };
}

function linesOracle(node: Node, oracle: OracleBuilder): void {
  const { data } = must(oracle.constant(node.inputs[1]), 'a table');
  const { step, fraction } = linesOf(node, oracle.graph, data.length);
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  const place = oracle.node('Add', [oracle.node('Cast', [node.inputs[0]], { to: ONNX_I64 }), number(32768n)]);
  const { quotient, rest } = flooredHalves(oracle, place, step);
  const entry = (at: ValueName) => oracle.node('Cast', [oracle.node('Gather', [node.inputs[1], at])], { to: ONNX_I64 });
  const [first, next] = [entry(quotient), entry(oracle.node('Add', [quotient, number(1n)]))];
  const along = oracle.node('Mul', [oracle.node('Sub', [next, first]), rest]);
  const base = oracle.node('Mul', [first, number(1n << BigInt(step))]);
  const half = number(1n << BigInt(step + fraction - 1));
  const sum = oracle.node('Add', [oracle.node('Add', [base, along]), half]);
  const code = flooredHalves(oracle, sum, step + fraction).quotient;
  oracle.output(0, oracle.node('Cast', [code], { to: oracle.carrier }));
}

/** The place of code 0. */
function halfOf(table: Tensor | null): number {
  return must(table, 'a table').data.length / 2;
}
