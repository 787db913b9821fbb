import { typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OpDef, OracleBuilder } from '../op-def.ts';
import { centred, ONNX_I64, requantized } from '../support/oracle.ts';
import { narrowing } from '../support/pair-int8.ts';

/** What an operator adds to compute on codes. */
export type IntegerForm = Pick<OpDef, 'quantize' | 'oracle'>;

/** The order of codes is that of the real numbers: extremes are chosen among codes, by ONNX's own operators. */
export const extremeForm: IntegerForm = { quantize: { inputs: ['activation'], output: 'as-input', wide: true } };

/** Sums of codes without their zero point, of their magnitudes or squares, requantized once. */
export const sumForm: IntegerForm = {
  quantize: {
    inputs: ['activation'],
    output: 'calibrated',
    wide: true,
    refuse(node, graph) {
      const most = node.op === 'ReduceSumSquare' ? 2 ** 15 : 2 ** 23;
      return reducedCount(graph, node) <= most ? null : `it adds more than ${most} elements`;
    },
  },
  oracle: sumOracle,
};

/** The best code is the best number; its place is no code. */
export const placeForm: IntegerForm = { quantize: { inputs: ['activation'], output: 'plain', wide: true } };

const INT32_MAX = 2 ** 31 - 1;

/** C of a sum of codes: what it starts from, the term of an element, and the code it becomes. */
interface SumText {
  /** Of the sum. */
  readonly ctype: string;
  readonly start: number;
  readonly term: (element: string) => string;
  readonly code: string;
}

export function sumText(node: Node, lower: LowerBuilder): SumText {
  const { scale, count, limit } = sumScale(lower.graph, node);
  const y = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, y);
  lower.requantizes(scale.form);
  const quant = `&(const nn_quant){ ${scale.leftShift}, ${zeroPointField(scale, zeroPointOf(y))}, ${min}, ${max} }`;
  const acc = limit === null ? 'acc' : `((acc > ${limit}) ? ${limit} : (acc < -${limit}) ? -${limit} : acc)`;
  const zero = zeroPointOf(quantOf(lower.graph, node.inputs[0]));
  const plain = node.op === 'ReduceSum' || node.op === 'ReduceMean';
  const wide = hasWideCodes(lower.graph, node);
  const centre = (element: string) => (zero === 0 ? element : `(${wide ? '(int32_t)' : ''}${element} - (${zero}))`);
  // int has 16 bits on some cores.
  const square = (v: string) => `(${scale.form === 'sum64' ? 'int64_t' : 'int32_t'})${v} * ${v}`;
  const size = (v: string) => `((${v} < 0) ? -${v} : ${v})`;
  const kernel = `${wide ? narrowing(node, lower) : ''}nn_requantize_${wide ? 's16' : 's8'}${formSuffix(scale.form)}`;
  return {
    ctype: scale.form === 'sum64' ? 'int64_t' : 'int32_t',
    start: plain ? -count * zero || 0 : 0,
    term: (element) => (plain ? element : node.op === 'ReduceL1' ? size(centre(element)) : square(centre(element))),
    code: `${kernel}(${quant}, ${acc}, ${scale.multiplier[0]})`,
  };
}

function sumOracle(node: Node, oracle: OracleBuilder): void {
  const { scale, limit } = sumScale(oracle.graph, node);
  const [x, axes] = node.inputs;
  const y = quantOf(oracle.graph, node.outputs[0]);
  const codes = centred(oracle, x!, zeroPointOf(quantOf(oracle.graph, x)), ONNX_I64);
  const terms =
    node.op === 'ReduceL1'
      ? oracle.node('Abs', [codes])
      : node.op === 'ReduceSumSquare'
        ? oracle.node('Mul', [codes, codes])
        : codes;
  const sum = oracle.node('ReduceSum', [terms, axes ?? null], node.attributes);
  const bound = (value: number) => oracle.tensor('i64', [], [BigInt(value)]);
  const acc = limit === null ? sum : oracle.node('Clip', [sum, bound(-limit), bound(limit)]);
  oracle.output(0, requantized(oracle, acc, scale, [], zeroPointOf(y), clampCodes(node, y)));
}

interface SumScale {
  readonly scale: Requantization;
  /** How many codes make a sum. */
  readonly count: number;
  /** Sums beyond it are clamped all the same, and would leave int32 when shifted; null: there are none. */
  readonly limit: number | null;
}

function sumScale(graph: Graph, node: Node): SumScale {
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const count = reducedCount(graph, node);
  const squares = node.op === 'ReduceSumSquare';
  const reach = count * spanOf(x) ** (squares ? 2 : 1);
  const factor = scaleOf(x) ** (squares ? 2 : 1) / scaleOf(y) / (node.op === 'ReduceMean' ? count : 1);
  const scale = layerRequantization(graph, node, [factor], () => [reach]);
  const most = Math.floor(INT32_MAX / 2 ** scale.leftShift);
  return { scale, count, limit: scale.form === undefined && reach > most ? most : null };
}

/** How many elements of input 0 meet one of the output. */
export function reducedCount(graph: Graph, node: Node): number {
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => elementCount(typeOf(graph, value).shape));
  return x / Math.max(1, y);
}
