import type { Node, ValueName } from '../../ir/types.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { mulHeliumS8 } from '../../kernels/pairs/helium.ts';
import { type MulJob, mul4S8, quantText } from '../../kernels/pairs/mul4.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { productRequantization } from './matmul-int8.ts';
import { centred, ONNX_I64, requantized } from './oracle.ts';
import { pairJob, portable } from './pair-int8.ts';

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
  lowerWith(job, [mulHeliumS8, mul4S8, portableMul(node)], lower);
}

const portableMul = (node: Node) =>
  portable<MulJob>(node, 'mul_s8', ({ elements }) => ({ instructions: 13 * elements }), productText);

function productText(job: MulJob): string {
  const factor = (name: string, zeroPoint: number) => (zeroPoint === 0 ? name : `(${name} - (${zeroPoint}))`);
  const [a, b] = job.zeroPoints;
  return `nn_requantize_s8${formSuffix(job.scale.form)}(${quantText(job)}, ${factor('a', a)} * ${factor('b', b)}, ${job.scale.multiplier[0]})`;
}

export function mulOracle(node: Node, oracle: OracleBuilder): void {
  const factor = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_I64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const product = oracle.node('Mul', [factor(0), factor(1)]);
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, product, scales, [], zeroPointOf(y), clampCodes(node, y)));
}
