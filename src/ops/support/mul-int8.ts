import type { Node, ValueName } from '../../ir/types.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { MUL_KERNELS } from '../../kernels/pairs/index.ts';
import { type MulJob, quantText } from '../../kernels/pairs/mul4.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { productRequantization } from './matmul-int8.ts';
import { centred, ONNX_I64, requantized } from './oracle.ts';
import { narrowing, pairJob, portable, wideWork } from './pair-int8.ts';

/** y = requantize((a - za) (b - zb)). */
export function lowerMulS8(node: Node, lower: LowerBuilder): void {
  const zeroPointAt = (value: ValueName | null | undefined) => zeroPointOf(quantOf(lower.graph, value));
  const scale = productRequantization(lower.graph, node);
  lower.requantizes(scale.form);
  const job: MulJob = {
    ...pairJob(node, lower),
    zeroPoints: [zeroPointAt(node.inputs[0]), zeroPointAt(node.inputs[1])],
    scale,
    zeroPoint: zeroPointAt(node.outputs[0]),
  };
  if (hasWideCodes(lower.graph, node)) {
    return lowerWith(
      job,
      [portable<MulJob>(node, 'mul_s16', wideWork, (job) => wideProductText(job, node, lower))],
      lower,
    );
  }
  lowerWith(job, [...MUL_KERNELS, portableMul(node)], lower);
}

const portableMul = (node: Node) =>
  portable<MulJob>(node, 'mul_s8', ({ elements }) => ({ instructions: 13 * elements }), productText);

/** A product of two codes of 16 bits fits 32, unless they have zero points. */
function wideProductText(job: MulJob, node: Node, lower: LowerBuilder): string {
  const { scale } = job;
  const [a, b] = factors(job, '(int32_t)');
  const product = `(${scale.form === 'sum64' ? 'int64_t' : 'int32_t'})${a} * ${b}`;
  const kernel = `nn_requantize_s16${formSuffix(scale.form)}`;
  return `${narrowing(node, lower)}${kernel}(${quantText(job)}, ${product}, ${scale.multiplier[0]})`;
}

function factors({ zeroPoints: [a, b] }: MulJob, cast = ''): [string, string] {
  const factor = (name: string, zeroPoint: number) => (zeroPoint === 0 ? name : `(${cast}${name} - (${zeroPoint}))`);
  return [factor('a', a), factor('b', b)];
}

/** Of two numbers of 9 bits the product needs more than the 16 that int has on some cores. */
function productText(job: MulJob): string {
  const [a, b] = factors(job);
  const cast = job.zeroPoints.includes(0) ? '' : '(int32_t)';
  const kernel = `nn_requantize_s8${formSuffix(job.scale.form)}`;
  return `${kernel}(${quantText(job)}, ${cast}${a} * ${b}, ${job.scale.multiplier[0]})`;
}

export function mulOracle(node: Node, oracle: OracleBuilder): void {
  const factor = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_I64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const product = oracle.node('Mul', [factor(0), factor(1)]);
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, product, scales, [], zeroPointOf(y), clampCodes(node, y)));
}
